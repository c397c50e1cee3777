package io.postern.http;

import io.postern.fault.Fault;
import java.util.function.Supplier;

/** The server's side of an exchange. */
public non-sealed interface UpstreamStream extends MessageStream {

  /** What is told about the response. */
  non-sealed interface Listener extends MessageStream.Listener {

    /**
     * A head that another follows.
     *
     * @throws io.postern.fault.FaultException where there were too many: the response is a bad one
     */
    void onInformational(ResponseHead head);

    /**
     * What has come is refused; {@link #onFailed} follows.
     *
     * @param bytes asked for at once, or not at all
     */
    default void onRefused(Fault fault, Supplier<Passage> bytes) {}

    /**
     * The head of the response.
     *
     * @param last whether the response ends here
     */
    void onHead(ResponseHead head, boolean last);
  }

  /**
   * Writes the head of the request.
   *
   * @param last whether the request ends here
   */
  void writeHead(RequestHead head, boolean last);

  /** Ends the stream at once. The listener is not told. */
  void cancel();
}
