package io.postern.pool;

import io.postern.fault.Reason;

/**
 * Told how the exchanges of one server end, each once, by the event loops of the exchanges: it is
 * called on the path of each request.
 */
public interface Outcomes {

  /** Whether a response of this status is a failure. */
  boolean isFailure(int status);

  /**
   * An exchange has its whole response.
   *
   * @param now nanoseconds, as the loop's clock has them
   */
  void succeeded(long now);

  /** An exchange came to nothing, and the server is to blame. */
  void failed(Reason reason, long now);

  /** An exchange had a response that is a failure. */
  void failed(int status, long now);
}
