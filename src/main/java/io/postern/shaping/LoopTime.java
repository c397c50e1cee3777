package io.postern.shaping;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time of an event loop, shared by those that want more than there is of it. So much is done in
 * a pass of the loop, and what wants to be done beyond that waits for its turn, which comes in one
 * of the next passes. So a pass stays short however many bring something for it, and who wants
 * little is served in the next one.
 *
 * <p>What something takes is estimated by its bytes.
 *
 * <p>Owned by its event loop.
 */
public final class LoopTime {

  private static final Logger LOG = LoggerFactory.getLogger(LoopTime.class);

  /** Of a pass, in bytes as costly as {@link #PIECE}: a quarter of a millisecond. */
  private static final long BUDGET = 128 * 1024;

  /** What a piece or a request costs beside its bytes, as many bytes as cost the same. */
  private static final long PIECE = 16 * 1024;

  /** How long it is remembered that there was somebody else. */
  private static final long REMEMBERED_NANOS = 1_000_000_000;

  private final EventLoop loop;
  private final FairQueue<Runnable> waiting = new FairQueue<>();
  private final LongAdder waits = new LongAdder();
  private final Runnable endPass = this::endPass;
  private boolean counting;
  private long done;
  private @Nullable Object alone;
  private boolean several;
  private @Nullable Share last;
  private long changed;

  /** That of a loop which has done nothing yet. */
  public LoopTime(EventLoop loop) {
    this.loop = loop;
    this.changed = loop.ticker().nanoTime() - REMEMBERED_NANOS;
  }

  /** Who waits, and what it has had of the time before. */
  private final class Waiting implements Ticket {

    private final FairQueue.Entry<Runnable> entry;
    private final long had;

    Waiting(FairQueue.Entry<Runnable> entry, long had) {
      this.entry = entry;
      this.had = had;
    }

    @Override
    public void leave() {
      waiting.leave(entry, had);
    }
  }

  /**
   * A piece of content has passed, and more would follow.
   *
   * @param onTurn run when it may; the same one for each piece of a message
   * @return null where it may at once
   */
  public @Nullable Ticket pass(Share share, int precedence, long bytes, Runnable onTurn) {
    count();
    if (share != last) {
      seen(share, loop.ticker().nanoTime());
    }
    several |= alone != null && !alone.equals(onTurn);
    alone = onTurn;
    long cost = bytes + PIECE;
    FairQueue.Entry<Runnable> entry = take(share, precedence, cost, several, onTurn);
    return entry == null ? null : new Waiting(entry, cost);
  }

  /**
   * A request has come, and its exchange would begin. Those of one share do not wait for each
   * other: it would help nobody.
   *
   * @param now the time by the clock of the loop
   * @param onTurn run when it may
   * @return null where it may at once
   */
  public @Nullable Ticket begin(Share share, int precedence, long now, Runnable onTurn) {
    count();
    seen(share, now);
    boolean shared = now - sharedUntil() < 0;
    FairQueue.Entry<Runnable> entry = take(share, precedence, PIECE, shared, onTurn);
    return entry == null ? null : new Waiting(entry, 0);
  }

  /** Until when it counts as shared, by the clock of the loop; one share alone has all of it. */
  public long sharedUntil() {
    return changed + REMEMBERED_NANOS;
  }

  private void seen(Share share, long now) {
    if (share != last) {
      changed = last == null ? changed : now;
      last = share;
    }
  }

  private FairQueue.@Nullable Entry<Runnable> take(
      Share share, int precedence, long cost, boolean shared, Runnable onTurn) {
    done += cost;
    if (!shared || (waiting.isEmpty() && done <= BUDGET)) {
      return null;
    }
    waits.increment();
    return waiting.add(share, precedence, cost, onTurn);
  }

  /** Has this pass end in {@link #endPass}, behind what it has brought. */
  private void count() {
    if (!counting) {
      counting = true;
      loop.execute(endPass);
    }
  }

  private void endPass() {
    done = 0;
    alone = null;
    several = false;
    long served = 0;
    while (served < BUDGET && !waiting.isEmpty()) {
      FairQueue.Entry<Runnable> next = waiting.poll();
      served += next == null ? 0 : next.cost();
      if (next != null && next.waiter() != null) {
        letOn(next.waiter());
      }
    }
    counting = !waiting.isEmpty();
    if (counting) { // not in this pass, which does what is due when it looks
      loop.schedule(endPass, 1, TimeUnit.NANOSECONDS);
    }
  }

  private static void letOn(Runnable waiter) {
    try {
      waiter.run();
    } catch (RuntimeException | Error e) { // or the others would wait for ever
      LOG.error("an exchange failed as it was its turn", e);
    }
  }

  /** How often something had to wait; asked for by any thread. */
  public long waits() {
    return waits.sum();
  }
}
