package io.postern.http;

import io.postern.fault.Fault;

/**
 * A client's connection as those see it who may have it go away, and whoever looks at all that are
 * open. Called on its event loop.
 */
public interface ClientConnection {

  /** Shown what is open on a connection. */
  @FunctionalInterface
  interface Visitor {

    /**
     * One exchange.
     *
     * @param stream the number of its stream (RFC 9113 §5.1.1); 0 in HTTP/1.1, where there is one
     *     at a time
     */
    void exchange(int stream, DownstreamStream.Listener exchange);
  }

  /** Shows the exchanges that are open, in no order. They may not be ended meanwhile. */
  void show(Visitor visitor);

  /** For how many nanoseconds no request is in flight; -1 while there is one. */
  long idleNanos();

  /**
   * Asks the client to go away: GOAWAY, or {@code Connection: close} on the next response. What is
   * in flight is served to its end; then the connection is closed.
   */
  void goAway();

  /** Closes at once; what is in flight fails with this fault. */
  void abort(Fault fault);
}
