package io.postern.http;

import io.postern.http.Deadlines.Deadline;

/**
 * Asks by PING whether the server of a connection is still there (RFC 9113 §6.7): from time to time
 * while no exchange runs, and at once where an exchange was given up that the server had met with
 * silence. While exchanges run it asks nothing else, since servers of gRPC send away whoever pings
 * them then.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Http2Pings {

  /** The eight bytes of the frame. */
  static final long ASKING = 0x706F737465726E3FL; // "postern?"

  /** How long the answer may take. */
  private static final long ANSWER_NANOS = 5_000_000_000L;

  private final Http2Upstream connection;
  private final long every;
  private final Deadline next;
  private final Deadline answer;
  private boolean inDoubt;

  /**
   * Asks nothing yet.
   *
   * @param every how long after the last exchange, and after each answer, in nanoseconds
   */
  Http2Pings(Http2Upstream connection, Deadlines deadlines, long every) {
    this.connection = connection;
    this.every = every;
    this.next = deadlines.create(this::ask);
    this.answer = deadlines.create(connection::onUnanswered);
  }

  /** No exchange runs. */
  void rest() {
    next.after(every);
  }

  /** An exchange runs. */
  void wake() {
    next.cancel();
  }

  private void ask() {
    if (!answer.isSet()) {
      answer.after(ANSWER_NANOS);
      connection.writePing(ASKING);
    }
  }

  /** The server was silent for too long: until it answers, nobody knows whether it is there. */
  void doubt() {
    inDoubt = true;
    ask();
  }

  void onAnswer() {
    inDoubt = false;
    answer.cancel();
    if (connection.isIdle()) {
      rest();
    }
  }

  boolean isInDoubt() {
    return inDoubt;
  }

  void end() {
    next.cancel();
    answer.cancel();
  }
}
