package io.postern.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DateFormatter;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import java.util.Date;
import java.util.function.Consumer;

/**
 * A response that Postern makes itself.
 *
 * @param status what it says
 * @param fields its fields, without those that frame it; changed by no one
 * @param content its content, shared and never used up; a response to HEAD announces it and leaves
 *     it out
 * @param close whether the connection is not to be used again
 */
public record LocalReply(int status, Fields fields, ByteBuf content, boolean close) {

  /** What a field may take at every client. */
  private static final int MOST_MESSAGE = 1024;

  private static final AsciiString TEXT = AsciiString.cached("text/plain; charset=utf-8");
  private static final AsciiString NO_STORE = AsciiString.cached("no-store");

  /** The answer to a failed exchange: the table's status and words, never the detail of the log. */
  public static LocalReply of(Fault fault) {
    String text = fault.reason().label() + ": " + fault.reason().text() + "\n";
    Fields fields =
        new Fields(4).add(FieldNames.CONTENT_TYPE, TEXT).add(FieldNames.CACHE_CONTROL, NO_STORE);
    ByteBuf content = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(text.getBytes(UTF_8)));
    return new LocalReply(fault.reason().status(), fields, content, fault.reason().closes());
  }

  /** A redirect to a location. */
  public static LocalReply redirect(int status, AsciiString location) {
    Fields fields = new Fields(3).add(FieldNames.LOCATION, location);
    return new LocalReply(status, fields, Unpooled.EMPTY_BUFFER, false);
  }

  /** A fixed response. */
  public static LocalReply fixed(int status, AsciiString contentType, ByteBuf content) {
    Fields fields = new Fields(3).add(FieldNames.CONTENT_TYPE, contentType);
    return new LocalReply(status, fields, content, false);
  }

  /**
   * The same, said to a gRPC client: a response of HTTP that went well, and of nothing but a head,
   * in which the status of the call stands; the content becomes its message.
   */
  public LocalReply toGrpc(GrpcStatus how) {
    String message = content.toString(0, Math.min(content.readableBytes(), MOST_MESSAGE), UTF_8);
    Fields own =
        new Fields(4)
            .add(FieldNames.CONTENT_TYPE, Grpc.CONTENT_TYPE)
            .add(FieldNames.GRPC_STATUS, how.digits());
    if (!message.isBlank()) {
      own.add(FieldNames.GRPC_MESSAGE, Grpc.message(message.strip()));
    }
    return new LocalReply(200, own, Unpooled.EMPTY_BUFFER, close);
  }

  /** The same with one field more. */
  public LocalReply with(AsciiString name, AsciiString value) {
    return edited(own -> own.add(name, value));
  }

  /** The same with another content, which is shared and never used up, and its Content-Type. */
  public LocalReply saying(AsciiString contentType, ByteBuf other) {
    Fields own = copy(1).set(FieldNames.CONTENT_TYPE, contentType);
    return new LocalReply(status, own, other, close);
  }

  /** The same with other fields: the change is made to a copy of them. */
  public LocalReply edited(Consumer<Fields> change) {
    Fields own = copy(4);
    change.accept(own);
    return new LocalReply(status, own, content, close);
  }

  private Fields copy(int more) {
    Fields own = new Fields(fields.size() + more);
    for (int i = 0; i < fields.size(); i++) {
      own.add(fields.name(i), fields.value(i));
    }
    return own;
  }

  /** Writes the whole response. */
  @SuppressWarnings("JavaUtilDate") // what the formatter of Netty takes
  public void writeTo(DownstreamStream stream, boolean toHead) {
    boolean hasContent = !toHead && content.isReadable();
    Fields own = copy(1);
    // RFC 9110 §6.6.1: whoever makes a response says when.
    own.add(FieldNames.DATE, AsciiString.of(DateFormatter.format(new Date())));
    boolean lengthless = status == 204 || status == 304;
    long length = lengthless ? -1 : content.readableBytes();
    stream.writeHead(
        new ResponseHead(HttpVersion.HTTP_1_1, status, own, length, hasContent),
        !hasContent,
        close);
    if (hasContent) {
      stream.writeContent(content.duplicate(), true);
    }
  }
}
