package io.postern.http;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** How a gRPC call ended, by the names and codes of gRPC. */
public enum GrpcStatus {
  OK(0),
  CANCELLED(1),
  UNKNOWN(2),
  INVALID_ARGUMENT(3),
  DEADLINE_EXCEEDED(4),
  NOT_FOUND(5),
  ALREADY_EXISTS(6),
  PERMISSION_DENIED(7),
  RESOURCE_EXHAUSTED(8),
  FAILED_PRECONDITION(9),
  ABORTED(10),
  OUT_OF_RANGE(11),
  UNIMPLEMENTED(12),
  INTERNAL(13),
  UNAVAILABLE(14),
  DATA_LOSS(15),
  UNAUTHENTICATED(16);

  private static final GrpcStatus[] ALL = values();

  private final int code;
  private final AsciiString digits;

  GrpcStatus(int code) {
    this.code = code;
    this.digits = AsciiString.cached(Integer.toString(code));
  }

  /** What a status of HTTP is to a gRPC client ({@code http-grpc-status-mapping.md} of gRPC). */
  public static GrpcStatus ofHttp(int status) {
    return switch (status) {
      case 400 -> INTERNAL;
      case 401 -> UNAUTHENTICATED;
      case 403 -> PERMISSION_DENIED;
      case 404 -> UNIMPLEMENTED;
      case 429, 502, 503, 504 -> UNAVAILABLE;
      default -> UNKNOWN;
    };
  }

  /** What the reset of a stream is to a gRPC client ({@code PROTOCOL-HTTP2.md}, "Errors"). */
  public static GrpcStatus ofReset(long code) {
    Http2Error error = Http2Error.valueOf(code);
    return switch (error) {
      case null -> UNKNOWN;
      case REFUSED_STREAM -> UNAVAILABLE;
      case CANCEL -> CANCELLED;
      case ENHANCE_YOUR_CALM -> RESOURCE_EXHAUSTED;
      case INADEQUATE_SECURITY -> PERMISSION_DENIED;
      case STREAM_CLOSED, HTTP_1_1_REQUIRED -> UNKNOWN;
      case NO_ERROR,
          PROTOCOL_ERROR,
          INTERNAL_ERROR,
          FLOW_CONTROL_ERROR,
          SETTINGS_TIMEOUT,
          FRAME_SIZE_ERROR,
          COMPRESSION_ERROR,
          CONNECT_ERROR ->
          INTERNAL;
    };
  }

  /**
   * What the fields of a head or a trailer section say.
   *
   * @return null where they do not say it; {@link #UNKNOWN} for what is no code
   */
  public static @Nullable GrpcStatus of(Fields fields) {
    AsciiString code = fields.get(FieldNames.GRPC_STATUS);
    if (code == null) {
      return null;
    }
    for (GrpcStatus status : ALL) {
      if (status.digits.equals(code)) {
        return status;
      }
    }
    return UNKNOWN;
  }

  /** Whether it is the fault of whoever answers: what is a status from 500 in HTTP. */
  public boolean isServerError() {
    return switch (this) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      case OK,
          CANCELLED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAUTHENTICATED ->
          false;
    };
  }

  /** The code. */
  public int code() {
    return code;
  }

  /** The code as it stands in {@code grpc-status}. */
  public AsciiString digits() {
    return digits;
  }
}
