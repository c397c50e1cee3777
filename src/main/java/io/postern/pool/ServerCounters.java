package io.postern.pool;

import io.postern.observe.Counters;
import org.jspecify.annotations.Nullable;

/** What is counted of one server. Shared by all event loops: nothing but counters. */
abstract sealed class ServerCounters permits Server {

  private enum Counted {
    EXCHANGES,
    FAULTS,
    CONNECTIONS,
    OPENED,
    IDLE,
    STREAMS,
    SENT_AWAY,
    WHOLE_HANDSHAKES,
    RESUMED_HANDSHAKES,
    CHECKS_PASSED,
    CHECKS_FAILED,
    TRANSITIONS,
    EJECTIONS,
    SENT_ACROSS,
    RECEIVED_ACROSS
  }

  private final Counters<Counted> counts;

  /**
   * All at 0, or as they are.
   *
   * @param before who goes on to be counted here; null for nobody
   */
  ServerCounters(@Nullable ServerCounters before) {
    counts = before == null ? new Counters<>(Counted.class) : before.counts;
  }

  /** It was chosen once more. */
  final void countChosen() {
    counts.increment(Counted.EXCHANGES);
  }

  /** It went down, or came back. */
  final void countTransition() {
    counts.increment(Counted.TRANSITIONS);
  }

  /** It was ejected. */
  final void countEjection() {
    counts.increment(Counted.EJECTIONS);
  }

  /** A fault was found to be this server's, and not the client's or our own. */
  public final void charge() {
    counts.increment(Counted.FAULTS);
  }

  /**
   * A TLS handshake with it ended well.
   *
   * @param resumed whether it resumed a session
   */
  public final void handshaken(boolean resumed) {
    counts.increment(resumed ? Counted.RESUMED_HANDSHAKES : Counted.WHOLE_HANDSHAKES);
  }

  /** How many handshakes ended well, of those that resumed a session or of the others. */
  public final long handshakes(boolean resumed) {
    return counts.of(resumed ? Counted.RESUMED_HANDSHAKES : Counted.WHOLE_HANDSHAKES);
  }

  /** A connection to it was opened. */
  public final void connectionOpened() {
    counts.increment(Counted.CONNECTIONS);
    counts.increment(Counted.OPENED);
  }

  /** A connection to it is closed. */
  public final void connectionClosed() {
    counts.add(Counted.CONNECTIONS, -1);
  }

  /** A connection is kept for later; each call is followed by one of {@link #connectionTaken}. */
  public final void connectionKept() {
    counts.increment(Counted.IDLE);
  }

  /** A connection that was kept is in use again, or closed. */
  public final void connectionTaken() {
    counts.add(Counted.IDLE, -1);
  }

  /** So many more exchanges run on connections of HTTP/2, or fewer. */
  public final void streams(int change) {
    counts.add(Counted.STREAMS, change);
  }

  /** A connection of HTTP/2 was closed, for the server did too much that is seldom done. */
  public final void sentAway() {
    counts.increment(Counted.SENT_AWAY);
  }

  /** How often that was. */
  public final long timesSentAway() {
    return counts.of(Counted.SENT_AWAY);
  }

  /** Streams that are open on connections of HTTP/2, of all event loops. */
  public final long streams() {
    return counts.of(Counted.STREAMS);
  }

  /** Connections that are open, of all event loops. */
  public final long connections() {
    return counts.of(Counted.CONNECTIONS);
  }

  /** How many were opened since the start. */
  public final long connectionsOpened() {
    return counts.of(Counted.OPENED);
  }

  /** How many of them no exchange uses. */
  public final long idleConnections() {
    return counts.of(Counted.IDLE);
  }

  /** Content has gone to it or come from it, and all of it left our zone. */
  public final void crossed(long sent, long received) {
    counts.add(Counted.SENT_ACROSS, sent);
    counts.add(Counted.RECEIVED_ACROSS, received);
  }

  /** Bytes of content that went to it and left our zone. */
  public final long sentAcross() {
    return counts.of(Counted.SENT_ACROSS);
  }

  /** Bytes of content that came from it, out of another zone. */
  public final long receivedAcross() {
    return counts.of(Counted.RECEIVED_ACROSS);
  }

  /** How often it was chosen since the start. */
  public final long exchanges() {
    return counts.of(Counted.EXCHANGES);
  }

  /** How many faults it was charged with since the start. */
  public final long faults() {
    return counts.of(Counted.FAULTS);
  }

  /** A check of this server ended, well or not. */
  public final void checked(boolean passed) {
    counts.increment(passed ? Counted.CHECKS_PASSED : Counted.CHECKS_FAILED);
  }

  /** How often it was ejected since the start. */
  public final long ejections() {
    return counts.of(Counted.EJECTIONS);
  }

  /** How many checks it has passed since the start. */
  public final long checksPassed() {
    return counts.of(Counted.CHECKS_PASSED);
  }

  /** How many checks it has failed since the start. */
  public final long checksFailed() {
    return counts.of(Counted.CHECKS_FAILED);
  }

  /** How often it went down or came back since the start. */
  public final long transitions() {
    return counts.of(Counted.TRANSITIONS);
  }
}
