package io.postern.pool;

import java.util.concurrent.atomic.LongAdder;

/** What is counted of one server. Shared by all event loops: nothing but counters. */
abstract sealed class ServerCounters permits Server {

  private final LongAdder exchanges = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private final LongAdder opened = new LongAdder();
  private final LongAdder idle = new LongAdder();
  private final LongAdder streams = new LongAdder();
  private final LongAdder sentAway = new LongAdder();
  private final LongAdder wholeHandshakes = new LongAdder();
  private final LongAdder resumedHandshakes = new LongAdder();
  private final LongAdder checksPassed = new LongAdder();
  private final LongAdder checksFailed = new LongAdder();
  private final LongAdder transitions = new LongAdder();
  private final LongAdder ejections = new LongAdder();
  private final LongAdder sentAcross = new LongAdder();
  private final LongAdder receivedAcross = new LongAdder();

  /** It was chosen once more. */
  final void countChosen() {
    exchanges.increment();
  }

  /** It went down, or came back. */
  final void countTransition() {
    transitions.increment();
  }

  /** It was ejected. */
  final void countEjection() {
    ejections.increment();
  }

  /** A fault was found to be this server's, and not the client's or our own. */
  public final void charge() {
    faults.increment();
  }

  /**
   * A TLS handshake with it ended well.
   *
   * @param resumed whether it resumed a session
   */
  public final void handshaken(boolean resumed) {
    (resumed ? resumedHandshakes : wholeHandshakes).increment();
  }

  /** How many handshakes ended well, of those that resumed a session or of the others. */
  public final long handshakes(boolean resumed) {
    return (resumed ? resumedHandshakes : wholeHandshakes).sum();
  }

  /** A connection to it was opened. */
  public final void connectionOpened() {
    connections.increment();
    opened.increment();
  }

  /** A connection to it is closed. */
  public final void connectionClosed() {
    connections.decrement();
  }

  /** A connection is kept for later; each call is followed by one of {@link #connectionTaken}. */
  public final void connectionKept() {
    idle.increment();
  }

  /** A connection that was kept is in use again, or closed. */
  public final void connectionTaken() {
    idle.decrement();
  }

  /** So many more exchanges run on connections of HTTP/2, or fewer. */
  public final void streams(int change) {
    streams.add(change);
  }

  /** A connection of HTTP/2 was closed, for the server did too much that is seldom done. */
  public final void sentAway() {
    sentAway.increment();
  }

  /** How often that was. */
  public final long timesSentAway() {
    return sentAway.sum();
  }

  /** Streams that are open on connections of HTTP/2, of all event loops. */
  public final long streams() {
    return streams.sum();
  }

  /** Connections that are open, of all event loops. */
  public final long connections() {
    return connections.sum();
  }

  /** How many were opened since the start. */
  public final long connectionsOpened() {
    return opened.sum();
  }

  /** How many of them no exchange uses. */
  public final long idleConnections() {
    return idle.sum();
  }

  /** Content has gone to it or come from it, and all of it left our zone. */
  public final void crossed(long sent, long received) {
    sentAcross.add(sent);
    receivedAcross.add(received);
  }

  /** Bytes of content that went to it and left our zone. */
  public final long sentAcross() {
    return sentAcross.sum();
  }

  /** Bytes of content that came from it, out of another zone. */
  public final long receivedAcross() {
    return receivedAcross.sum();
  }

  /** How often it was chosen since the start. */
  public final long exchanges() {
    return exchanges.sum();
  }

  /** How many faults it was charged with since the start. */
  public final long faults() {
    return faults.sum();
  }

  /** A check of this server ended, well or not. */
  public final void checked(boolean passed) {
    (passed ? checksPassed : checksFailed).increment();
  }

  /** How often it was ejected since the start. */
  public final long ejections() {
    return ejections.sum();
  }

  /** How many checks it has passed since the start. */
  public final long checksPassed() {
    return checksPassed.sum();
  }

  /** How many checks it has failed since the start. */
  public final long checksFailed() {
    return checksFailed.sum();
  }

  /** How often it went down or came back since the start. */
  public final long transitions() {
    return transitions.sum();
  }
}
