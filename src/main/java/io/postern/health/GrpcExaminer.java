package io.postern.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.postern.http.Fields;
import io.postern.http.GrpcStatus;
import io.postern.http.ResponseHead;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The call of {@code grpc.health.v1.Health/Check} ({@code health.proto} of gRPC): its one message,
 * and a look at the one that comes back.
 *
 * <p>Owned by the event loop of its check.
 */
final class GrpcExaminer implements Examiner {

  /** The method, as it stands in the path. */
  static final String PATH = "/grpc.health.v1.Health/Check";

  private static final int PREFIX = 5;
  private static final int VARINT_FIELD_1 = 0x08;
  private static final int BYTES_FIELD_1 = 0x0A;
  private static final int SERVING = 1;
  private static final List<String> STATUSES =
      List.of("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN");

  private final Held held = new Held();

  /** The message that asks about a service, with its prefix. */
  static ByteBuf message(String service) {
    byte[] name = service.getBytes(UTF_8);
    ByteBuf message = Unpooled.buffer();
    if (name.length > 0) {
      message.writeByte(BYTES_FIELD_1);
      for (int rest = name.length; rest > 0; rest >>>= 7) {
        message.writeByte(rest > 0x7F ? (rest & 0x7F) | 0x80 : rest);
      }
      message.writeBytes(name);
    }
    ByteBuf prefix = Unpooled.buffer(PREFIX).writeByte(0).writeInt(message.readableBytes());
    return Unpooled.wrappedBuffer(prefix, message);
  }

  @Override
  public @Nullable String head(ResponseHead head, boolean last) {
    if (head.status() != 200) {
      return "status " + head.status();
    }
    return GrpcStatus.of(head.fields()) != null || last ? ended(head.fields()) : null;
  }

  @Override
  public @Nullable String content(ByteBuf piece, boolean last) {
    held.add(piece);
    return held.isFull() ? "the answer is too large" : last ? "it ended without a status" : null;
  }

  @Override
  public @Nullable String trailers(Fields trailers) {
    return ended(trailers);
  }

  private String ended(Fields fields) {
    GrpcStatus status = GrpcStatus.of(fields);
    if (status == null) {
      return "it ended without a status";
    }
    if (status != GrpcStatus.OK) {
      return "gRPC status " + status.code() + " (" + status.name().toLowerCase(Locale.ROOT) + ")";
    }
    int serving = servingStatus(Unpooled.wrappedBuffer(held.bytes()));
    if (serving == SERVING) {
      return GOOD;
    }
    boolean known = serving >= 0 && serving < STATUSES.size();
    return known ? "it says " + STATUSES.get(serving) : "the answer is no health";
  }

  /** Field 1 of the message, 0 where it is left out as defaults are; -1 for what is no message. */
  private static int servingStatus(ByteBuf message) {
    if (message.readableBytes() < PREFIX
        || message.readByte() != 0
        || message.readInt() != message.readableBytes()) {
      return -1;
    }
    if (!message.isReadable()) {
      return 0;
    }
    boolean plain = message.readableBytes() == 2 && message.readByte() == VARINT_FIELD_1;
    return plain ? message.readByte() : -1;
  }
}
