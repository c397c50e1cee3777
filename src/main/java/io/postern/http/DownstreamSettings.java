package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;

/**
 * The bounds of a listener, as the downstream codecs keep them.
 *
 * @param maxHeadBytes bytes of a request head
 * @param maxTargetBytes bytes of the target in it
 * @param maxFields fields of a request head
 * @param maxStreams streams open at once on an h2 connection
 * @param unusualNames what becomes of fields with names that servers may take for others
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
    UnusualNames unusualNames,
    int maxAheadBytes,
    long requestHeadNanos,
    long idleNanos,
    Http2Events events) {

  /**
   * Reads a whole head of HTTP/1.1 as it is read on a connection.
   *
   * @param head its bytes, to the empty line; consumed
   * @throws FaultException for what is wrong with it
   */
  public RequestHead read(ByteBuf head) {
    RequestHead read = new RequestHeadParser(maxHeadBytes, maxFields).parse(head);
    if (read == null || head.isReadable()) {
      throw new FaultException(Reason.MALFORMED_REQUEST, "it is not one head");
    }
    return admit(read);
  }

  /**
   * A head that keeps the bounds and rules that its parser does not know.
   *
   * @throws FaultException where it does not
   */
  RequestHead admit(RequestHead head) {
    int length = head.target().length();
    if (length > maxTargetBytes) {
      throw new FaultException(Reason.TARGET_TOO_LONG, length + " bytes");
    }
    if (head.hasContent() && head.method().equals(Methods.TRACE)) {
      throw new FaultException(Reason.MALFORMED_REQUEST, "TRACE with content"); // RFC 9110 §9.3.8
    }
    Fields fields = head.fields();
    for (int i = 0; i < fields.size(); i++) {
      if (FieldRules.isFramingInDisguise(fields.name(i))) {
        throw new FaultException(
            Reason.AMBIGUOUS_LENGTH, "framing in disguise: " + FieldRules.show(fields.name(i)));
      }
    }
    unusualNames.applyTo(fields);
    return head;
  }

  /** Trailers without those that would be unusual: whoever reads none has lost nothing. */
  Fields admit(Fields trailers) {
    if (unusualNames != UnusualNames.PASS) {
      UnusualNames.DROP.applyTo(trailers);
    }
    return trailers;
  }
}
