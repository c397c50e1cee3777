package io.postern.http;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All deadlines of one event loop, looked through once a tick while there are any. A deadline is
 * moved by writing one field, which is what happens for every piece of content; a timer object for
 * each would cost more than the piece.
 *
 * <p>Owned by its event loop. A deadline is met up to one {@link #TICK_MILLIS tick} late.
 */
public final class Deadlines {

  static final long TICK_MILLIS = 50;

  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

  private final EventLoop loop;
  private final Ticker ticker;
  private final Deadline ring;
  private boolean ticking;
  private boolean held;
  private long heldAt;

  /** The one that the running tick looks at next: what is cancelled meanwhile may be just that. */
  private Deadline cursor;

  /** The deadlines of a loop, by the loop's own clock. */
  public Deadlines(EventLoop loop) {
    this(loop, loop.ticker());
  }

  Deadlines(EventLoop loop, Ticker ticker) {
    this.loop = loop;
    this.ticker = ticker;
    this.ring = new Deadline(this, () -> {});
    this.cursor = ring;
  }

  /** A deadline that is not set yet. */
  public Deadline create(Runnable onExpired) {
    return new Deadline(this, onExpired);
  }

  /**
   * The time of the loop's clock, in nanoseconds. While what a read has brought is worked on it is
   * that of the read: a dozen looks at the clock were 3 % of a small request, to tell apart moments
   * that lie some microseconds from each other.
   */
  public long now() {
    return held ? heldAt : exactly();
  }

  /** Stops the clock at the present, until {@link #release} or the next call, and answers it. */
  long hold() {
    held = true;
    heldAt = exactly();
    return heldAt;
  }

  /** Lets the clock go on. */
  void release() {
    held = false;
  }

  /** The time, even while the clock is held. */
  long exactly() {
    return ticker.nanoTime();
  }

  private void tick() {
    long now = exactly();
    cursor = ring.next;
    while (cursor != ring) {
      Deadline each = cursor;
      cursor = each.next;
      if (each.at - now <= 0) {
        each.expire();
      }
    }
    ticking = ring.next != ring;
    if (ticking) {
      loop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** A moment after which something is done, unless it is moved or cancelled before. */
  public static final class Deadline {

    private final Deadlines owner;
    private final Runnable onExpired;
    private Deadline previous = this;
    private Deadline next = this;
    private long at;

    private Deadline(Deadlines owner, Runnable onExpired) {
      this.owner = owner;
      this.onExpired = onExpired;
    }

    /** Sets it, or moves it, to so many nanoseconds from now. */
    public void after(long nanos) {
      at = owner.now() + nanos;
      if (next == this) {
        link();
      }
    }

    /** Takes it back; does nothing where it is not set. */
    public void cancel() {
      if (owner.cursor == this) {
        owner.cursor = next;
      }
      previous.next = next;
      next.previous = previous;
      previous = this;
      next = this;
    }

    /** How many nanoseconds are left to it, where it is set. */
    long left() {
      return at - owner.exactly();
    }

    /** Whether it is set. */
    public boolean isSet() {
      return next != this;
    }

    private void link() {
      assert owner.loop.inEventLoop();
      previous = owner.ring.previous;
      next = owner.ring;
      previous.next = this;
      next.previous = this;
      if (!owner.ticking) {
        owner.ticking = true;
        owner.loop.schedule(owner::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
      }
    }

    private void expire() {
      cancel();
      try {
        onExpired.run();
      } catch (RuntimeException | Error e) {
        LOG.error("a deadline was met, and what was to be done failed", e); // the others stand
      }
    }
  }
}
