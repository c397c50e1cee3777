package io.postern.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.LocalReply;

/** Answers of our own pages, none of which may be kept by a cache. */
final class Replies {

  /** The methods that are answered. */
  static final AsciiString GET_HEAD = AsciiString.cached("GET, HEAD");

  private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
  private static final AsciiString YAML = AsciiString.cached("application/yaml");
  private static final AsciiString NO_STORE = AsciiString.cached("no-store");

  private Replies() {}

  static LocalReply yaml(String text) {
    return of(200, YAML, text.getBytes(UTF_8));
  }

  /** After which the connection is not used again. */
  static LocalReply closing(int status, String text) {
    LocalReply reply = text(status, text);
    return new LocalReply(status, reply.fields(), reply.content(), true);
  }

  static LocalReply text(int status, String text) {
    return of(status, TEXT, text.getBytes(UTF_8));
  }

  static LocalReply of(int status, AsciiString contentType, byte[] content) {
    Fields fields =
        new Fields(4)
            .add(FieldNames.CONTENT_TYPE, contentType)
            .add(FieldNames.CACHE_CONTROL, NO_STORE);
    return new LocalReply(
        status, fields, Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(content)), false);
  }
}
