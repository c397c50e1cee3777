package io.postern.http;

import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * How much the peer of an HTTP/2 connection may send ahead (RFC 9113 §5.2).
 *
 * <p>A stream begins with {@link #STREAM} and a connection with twice that. How fast the peer
 * really sends is measured by PING: what comes between one and its answer is what the line holds,
 * and where that is more than half the window, the window is what holds it up, and grows. The peer
 * is told in steps of half a window. While no stream is open, the budget has back what was taken
 * for that; the peer may go on with what it was told.
 *
 * <p>Content that waits for a slow reader takes up the window of its stream, and not that of the
 * connection, as long as the budget of the process has room: so it holds up no other stream.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Http2Windows {

  /** What a stream may send ahead at first. */
  static final int STREAM = 1024 * 1024;

  /** What it may send ahead at most. */
  static final int MOST = 8 * STREAM;

  /** The eight bytes of the PING that measures. */
  static final long MEASURING = 0x706F73746572_6E21L; // "postern!"

  /** What may wait on a connection where the budget has no room. */
  private static final int OWN = 64 * 1024;

  /** What comes between two measurements at least: those who send little are not asked. */
  private static final int BETWEEN = STREAM / 4;

  private final DefaultHttp2LocalFlowController flow;
  private final Http2Stream whole;
  private final WindowBudget budget;
  private final LongConsumer ping;
  private final Consumer<Http2Exception> broken;
  private final Consumer<Boolean> onCrowded;
  private int window = STREAM;

  /** What the window would be if the budget had room. */
  private int wanted = STREAM;

  private int lent;
  private int held;
  private boolean crowded;
  private long received;
  private boolean measuring;
  private boolean resting;

  /**
   * The windows of a connection.
   *
   * @param ping sends a PING with these eight bytes
   * @param broken told where the window of a peer cannot be moved
   * @param onCrowded told when more waits than there is room for, and when no more does
   */
  Http2Windows(
      Http2Connection connection,
      DefaultHttp2LocalFlowController flow,
      WindowBudget budget,
      LongConsumer ping,
      Consumer<Http2Exception> broken,
      Consumer<Boolean> onCrowded) {
    this.flow = flow;
    this.whole = connection.connectionStream();
    this.budget = budget;
    this.ping = ping;
    this.broken = broken;
    this.onCrowded = onCrowded;
  }

  /** Opens the window of the connection, which does not follow SETTINGS (RFC 9113 §6.9.2). */
  void open() {
    spread();
  }

  /** So much has come on a stream. */
  void onData(Http2Stream stream, int bytes) {
    received += bytes;
    if (resting) {
      resting = false;
      grow();
    }
    int own = flow.initialWindowSize(stream);
    if (window > STREAM && own > 0 && own < window) {
      widen(stream, window - own);
    }
    if (!measuring && received >= BETWEEN) {
      measuring = true;
      received = 0;
      ping.accept(MEASURING);
    }
  }

  /** The answer to the PING that measures. */
  void onMeasured() {
    long held = received; // by the line, in one round trip
    measuring = false;
    received = 0;
    wanted = Math.max(wanted, (int) Math.min(MOST, 2 * held));
    if (!resting) {
      grow();
    }
  }

  private void grow() {
    if (wanted > window && budget.take(wanted - window)) {
      window = wanted;
      spread();
    }
  }

  /** No stream is open: content will tell when the window is needed again. */
  void rest() {
    if (window > STREAM) {
      resting = true;
      close();
      spread();
    }
  }

  /**
   * So much has to wait; answers whether the budget has room, so that it holds up no other stream.
   * No connection gets more than it leaves for all others together.
   */
  boolean lend(int bytes) {
    if (lent + bytes > budget.left() || !budget.take(bytes)) {
      hold(bytes);
      return false;
    }
    lent += bytes;
    spread();
    return true;
  }

  /**
   * What waits beyond the budget: each connection has a little of its own, and then has to stop.
   */
  private void hold(int bytes) {
    held += bytes;
    if (held > OWN && !crowded) {
      crowded = true;
      onCrowded.accept(true);
    }
  }

  /** What waited though the budget had no room for it waits no more. */
  void release(int bytes) {
    held -= bytes;
    if (held <= OWN / 2 && crowded) {
      crowded = false;
      onCrowded.accept(false);
    }
  }

  /** What was lent waits no more, or its stream is closed and Netty has given it back. */
  void takeBack(int bytes) {
    lent -= bytes;
    spread();
  }

  /** What was taken from the budget for content that waited is free again. */
  void repay(int bytes) {
    budget.give(bytes);
  }

  /** The connection is closed. */
  void close() {
    budget.give(window - STREAM);
    window = STREAM;
  }

  /**
   * Gives the connection room for one stream more than has grown, and for what waits. Netty tells
   * the peer when what was consumed reaches a share of the whole, where what waits does not count.
   */
  private void spread() {
    int room = window + STREAM;
    int all = room + lent;
    widen(whole, all - flow.initialWindowSize(whole));
    try {
      flow.windowUpdateRatio(whole, (lent + room / 2f) / all);
    } catch (Http2Exception e) {
      broken.accept(e);
    }
  }

  private void widen(Http2Stream stream, int by) {
    try {
      flow.incrementWindowSize(stream, by);
    } catch (Http2Exception e) {
      broken.accept(e);
    }
  }
}
