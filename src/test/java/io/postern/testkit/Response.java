package io.postern.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * A response for a scripted server to send.
 *
 * @param status its code; the reason phrase is always the same
 * @param fields what else stands in the head
 * @param content what follows
 * @param framing how the end of the content is told
 * @param trailers what follows the content, with {@link Framing#CHUNKED}
 */
public record Response(
    int status, List<Field> fields, Content content, Framing framing, List<Field> trailers) {

  /** How the end of content is told. */
  public enum Framing {
    /** A Content-Length. */
    LENGTH,
    /** The last chunk; pieces become chunks. */
    CHUNKED,
    /** The end of the connection. */
    CLOSE,
    /** The fields given say it, or lie about it. */
    AS_GIVEN
  }

  /** A response with this text. */
  public static Response of(int status, String text) {
    return of(status, Content.text(text));
  }

  /** A response with this content and its length. */
  public static Response of(int status, Content content) {
    return new Response(status, List.of(), content, Framing.LENGTH, List.of());
  }

  /** The same with fields more, names and values in turn. */
  public Response with(String... namesAndValues) {
    List<Field> more = new ArrayList<>(fields);
    more.addAll(Field.list(namesAndValues));
    return new Response(status, List.copyOf(more), content, framing, trailers);
  }

  /** The same, framed in another way. */
  public Response framed(Framing other) {
    return new Response(status, fields, content, other, trailers);
  }

  /** The same in chunks, with trailers, names and values in turn. */
  public Response chunked(String... namesAndValues) {
    return new Response(status, fields, content, Framing.CHUNKED, Field.list(namesAndValues));
  }

  /** The bytes of the head, as Latin-1. */
  String head() {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
    switch (framing) {
      case LENGTH -> head.append("Content-Length: ").append(content.length()).append("\r\n");
      case CHUNKED -> head.append("Transfer-Encoding: chunked\r\n");
      case CLOSE -> head.append("Connection: close\r\n");
      case AS_GIVEN -> {}
    }
    fields.forEach(f -> head.append(f.name()).append(": ").append(f.value()).append("\r\n"));
    return head.append("\r\n").toString();
  }
}
