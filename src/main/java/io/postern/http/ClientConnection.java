package io.postern.http;

import io.postern.fault.Fault;

/** A client's connection as the drain sees it. Called on its event loop. */
public interface ClientConnection {

  /**
   * Asks the client to go away: GOAWAY, or {@code Connection: close} on the next response. What is
   * in flight is served to its end; then the connection is closed.
   */
  void goAway();

  /** Closes at once; what is in flight fails with this fault. */
  void abort(Fault fault);
}
