package io.postern.http;

import io.postern.http.Deadlines.Deadline;

/**
 * How long a client may go on sending what nobody wants. Most read the answer only when they are
 * through, and closed before that they read a reset in its place (RFC 9112 §9.6). What comes is
 * read at a moderate pace, so that the loop does not work for nothing.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Lingering {

  private static final long SECOND = 1_000_000_000L;

  /** How long in all. */
  private static final long NANOS = 30 * SECOND;

  /** How long it may be quiet meanwhile. */
  private static final long QUIET_NANOS = 2 * SECOND;

  /** How many bytes are read in a second of what was understood but is not wanted: an upload. */
  static final long PACE = 8 * 1024 * 1024;

  /** And of what follows a request that nobody could read: few but attackers send more of it. */
  static final long PACE_OF_MALFORMED = 2 * 1024 * 1024;

  private final Deadlines clock;
  private final Deadline deadline;
  private long pace;
  private long started;
  private long read;
  private boolean ahead;

  /** Ends with this deadline, which is the connection's. */
  Lingering(Deadlines clock, Deadline deadline) {
    this.clock = clock;
    this.deadline = deadline;
  }

  /** The answer is written; what still comes is read at a pace, in bytes a second. */
  void start(long pace) {
    this.pace = pace;
    started = clock.now();
    goOn();
  }

  /**
   * Something has come.
   *
   * @return whether the next is to be read now, and not only when the deadline has passed
   */
  boolean goOn(int bytes) {
    read += bytes;
    long early = read * SECOND / pace - (clock.now() - started);
    ahead = early > 0;
    if (ahead) {
      deadline.after(early);
    } else {
      goOn();
    }
    return !ahead;
  }

  /** The deadline has passed; answers whether the client may go on even so. */
  boolean isNotOver() {
    boolean goesOn = ahead && left() > 0;
    if (goesOn) {
      ahead = false;
      goOn();
    }
    return goesOn;
  }

  private void goOn() {
    deadline.after(Math.min(left(), QUIET_NANOS));
  }

  private long left() {
    return NANOS - (clock.now() - started);
  }
}
