package io.postern.http;

import io.postern.fault.FaultException;
import io.postern.fault.Reason;

/**
 * The bounds of a listener, as the downstream codecs keep them.
 *
 * @param maxHeadBytes bytes of a request head
 * @param maxTargetBytes bytes of the target in it
 * @param maxFields fields of a request head
 * @param maxStreams streams open at once on an h2 connection
 * @param maxAheadBytes bytes of requests that an h1 client sends before their turn
 * @param requestHeadNanos from the first byte of a head to its last
 * @param idleNanos without a request in flight
 * @param events told of what clients do over HTTP/2
 */
public record DownstreamSettings(
    int maxHeadBytes,
    int maxTargetBytes,
    int maxFields,
    int maxStreams,
    int maxAheadBytes,
    long requestHeadNanos,
    long idleNanos,
    Http2Events events) {

  /**
   * A head that keeps the bounds that its parser does not know.
   *
   * @throws FaultException where it does not
   */
  RequestHead admit(RequestHead head) {
    int length = head.target().length();
    if (length > maxTargetBytes) {
      throw new FaultException(Reason.TARGET_TOO_LONG, length + " bytes");
    }
    return head;
  }
}
