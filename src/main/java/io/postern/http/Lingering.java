package io.postern.http;

import io.postern.http.Deadlines.Deadline;

/**
 * How long a client may go on sending what nobody wants. Most read the answer only when they are
 * through, and closed before that they read a reset in its place (RFC 9112 §9.6).
 *
 * <p>Owned by the event loop of its connection.
 */
final class Lingering {

  /** How long in all. */
  private static final long NANOS = 30_000_000_000L;

  /** How long it may be quiet meanwhile. */
  private static final long QUIET_NANOS = 2_000_000_000L;

  private final Deadlines clock;
  private final Deadline deadline;
  private long started;

  /** Ends with this deadline, which is the connection's. */
  Lingering(Deadlines clock, Deadline deadline) {
    this.clock = clock;
    this.deadline = deadline;
  }

  /** The answer is written. */
  void start() {
    started = clock.now();
    goOn();
  }

  /** Something has come. */
  void goOn() {
    long left = NANOS - (clock.now() - started);
    deadline.after(Math.min(left, QUIET_NANOS));
  }
}
