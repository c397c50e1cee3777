package io.postern.http;

import io.postern.fault.Fault;

/** The client's side of an exchange. */
public non-sealed interface DownstreamStream extends MessageStream {

  /** What is told about the request that this stream brought. */
  non-sealed interface Listener extends MessageStream.Listener {

    /**
     * The head of the request; comes first, and once.
     *
     * @param last whether the request ends here
     */
    void onHead(RequestHead head, boolean last);

    /**
     * The stream is over before its time: the client went away, reset it, was too slow, or broke
     * the rules. Where no response head was written yet and the client is still there, the listener
     * may answer.
     */
    @Override
    void onFailed(Fault fault);

    /** The whole response has been handed to the socket: the exchange is over. */
    void onResponseSent();
  }

  /** The client's connection. */
  DownstreamConnection connection();

  /** Writes a response head that another follows (RFC 9110 §15.2). */
  void writeInformational(ResponseHead head);

  /**
   * Writes the head of the response.
   *
   * @param last whether the response ends here
   * @param close whether the connection is not to be used again
   */
  void writeHead(ResponseHead head, boolean last, boolean close);

  /** Ends the stream at once: RST_STREAM, or a closed connection. The listener is not told. */
  void reset(Fault fault);
}
