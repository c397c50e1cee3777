package io.postern.http;

import io.postern.http.Glitch.Allowance;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The accounts of what the peer of one HTTP/2 connection does that well-behaved ones seldom do.
 * Each {@link Glitch} costs points. Points are forgiven as time passes, and earned back by work
 * that is done: a peer that carries much may reset much, and one that does nothing else may not.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Http2Glitches {

  /** Points of one allowance that are too many. */
  static final int LIMIT = 1000;

  /** Points that are forgiven in a second. */
  static final int FORGIVEN = 20;

  /** What work can be saved up at most: WINDOW_UPDATEs come long after the content they are for. */
  private static final int SAVED = 10 * LIMIT;

  /** Points of rules that an exchange earns, one reset, and of talk. */
  private static final int OF_EXCHANGE = 4;

  /** Points of talk that a frame of content earns: peers answer with two WINDOW_UPDATEs each. */
  private static final int OF_CONTENT = 4;

  private static final int FRAME = 16 * 1024;

  /** Frames of 16 KiB in the largest window of a stream: what may be under way when we end it. */
  private static final int LATE = Http2Windows.MOST / FRAME;

  /** What may be under way on all streams together. */
  private static final int MOST_LATE = 8 * LATE;

  private static final long SECOND = 1_000_000_000L;

  private final LongSupplier nanoTime;
  private final Consumer<Glitch> each;
  private final Consumer<Glitch> tooMany;
  private final Account rules = new Account();
  private final Account talk = new Account();
  private int late;
  private boolean over;

  /**
   * Nothing was done yet.
   *
   * @param each told of every glitch
   * @param tooMany told once, of the last straw
   */
  Http2Glitches(LongSupplier nanoTime, Consumer<Glitch> each, Consumer<Glitch> tooMany) {
    this.nanoTime = nanoTime;
    this.each = each;
    this.tooMany = tooMany;
  }

  private static final class Account {
    private long points;
    private long since;
  }

  /** Something of the kind was done. */
  void note(Glitch glitch) {
    each.accept(glitch);
    Account account = account(glitch.allowance());
    forgive(account);
    account.points += glitch.points();
    if (account.points > LIMIT && !over) {
      over = true;
      tooMany.accept(glitch);
    }
  }

  /** A frame has come for a stream that has ended; answers whether it is one too many. */
  boolean isLateForNoReason() {
    if (late == 0) {
      return true;
    }
    late--;
    return false;
  }

  /** We have ended a stream on which frames may be under way. */
  void expectLate() {
    late = Math.min(MOST_LATE, late + LATE);
  }

  /** An exchange was served. */
  void exchangeDone() {
    earn(rules, OF_EXCHANGE);
    earn(talk, OF_EXCHANGE);
  }

  /** Content was written, in frames of 16 KiB at most. */
  void contentWritten(int bytes) {
    earn(talk, OF_CONTENT * (1 + bytes / FRAME));
  }

  /** A PING was written, which is to be answered. */
  void pingWritten() {
    earn(talk, Glitch.PING.points());
  }

  private Account account(Allowance allowance) {
    return switch (allowance) {
      case RULES -> rules;
      case TALK -> talk;
    };
  }

  private static void earn(Account account, int points) {
    account.points = Math.max(-SAVED, account.points - points);
  }

  private void forgive(Account account) {
    long now = nanoTime.getAsLong();
    if (account.points > 0) {
      long points = (now - account.since) * FORGIVEN / SECOND;
      account.points = Math.max(0, account.points - points);
      account.since += points * SECOND / FORGIVEN;
    }
    if (account.points <= 0) {
      account.since = now;
    }
  }
}
