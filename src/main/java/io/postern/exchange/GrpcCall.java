package io.postern.exchange;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Deadlines;
import io.postern.http.Deadlines.Deadline;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.Grpc;
import io.postern.http.GrpcStatus;
import io.postern.http.LocalReply;
import io.postern.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * What makes an exchange a gRPC call: the time that the client gives it, from the head of the
 * request to the end of the response, and a status of its own.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class GrpcCall {

  private final Fields request;
  private @Nullable Deadline deadline;
  private long end;
  private @Nullable GrpcStatus status;

  private GrpcCall(Fields request) {
    this.request = request;
  }

  /** The call that a request is; null where it is none. */
  static @Nullable GrpcCall of(RequestHead head) {
    return Grpc.isCall(head.fields()) ? new GrpcCall(head.fields()) : null;
  }

  /**
   * Bounds it by its {@code grpc-timeout}, which runs from now on. One that we do not understand
   * bounds nothing, and stays as it is: the server may understand it.
   */
  void bound(Deadlines deadlines, Runnable onExceeded) {
    int at = request.indexOf(FieldNames.GRPC_TIMEOUT, 0);
    if (at < 0 || request.indexOf(FieldNames.GRPC_TIMEOUT, at + 1) >= 0) {
      return;
    }
    long nanos = Grpc.timeoutNanos(request.value(at));
    if (nanos != Grpc.NO_TIMEOUT) {
      end = deadlines.now() + nanos;
      deadline = deadlines.create(onExceeded);
      deadline.after(nanos);
    }
  }

  /** Its head is sent to a server, which is told how much time is left. */
  void sent(long now) {
    if (deadline != null) {
      AsciiString left = Grpc.timeout(Math.max(0, end - now));
      request.set(FieldNames.GRPC_TIMEOUT, left);
    }
  }

  /** The server may say in these fields, of a head or of trailers, how the call ended. */
  void answered(Fields fields) {
    status = GrpcStatus.of(fields);
  }

  /** What is said to a gRPC client in place of a reply. */
  LocalReply inPlaceOf(LocalReply reply, @Nullable Fault fault) {
    GrpcStatus said = status(reply.status(), fault);
    status = said;
    return reply.toGrpc(said);
  }

  /** A deadline, and what a server says by a reset, have no status of HTTP. */
  private static GrpcStatus status(int http, @Nullable Fault fault) {
    if (fault == null) {
      return GrpcStatus.ofHttp(http);
    }
    if (fault.reason() == Reason.DEADLINE_EXCEEDED) {
      return GrpcStatus.DEADLINE_EXCEEDED;
    }
    boolean reset = fault.resetCode() != Fault.NOT_RESET;
    return reset ? GrpcStatus.ofReset(fault.resetCode()) : GrpcStatus.ofHttp(http);
  }

  /** How the call ended, as the client was told; null where it was not. */
  @Nullable GrpcStatus status() {
    return status;
  }

  /** It has no more time to keep. */
  void finish() {
    if (deadline != null) {
      deadline.cancel();
    }
  }
}
