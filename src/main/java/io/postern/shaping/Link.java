package io.postern.shaping;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Limited bandwidth one way, that all event loops share. Whoever has passed more than there is does
 * not read on until it is its turn; nothing is dropped.
 *
 * <p>May be used from any event loop. There is a lock, held for some hundred nanoseconds for each
 * piece of content, and only where bandwidth is limited: who is next can only be said by one who
 * knows all that wait.
 */
public final class Link {

  /** Owned by its loop, but for the entry, which the lock guards. */
  private final class Waiting implements Ticket, Runnable {

    private final EventLoop loop;
    private @Nullable Runnable onTurn;
    private FairQueue.@Nullable Entry<Waiting> entry;

    Waiting(EventLoop loop, Runnable onTurn) {
      this.loop = loop;
      this.onTurn = onTurn;
    }

    @Override
    public void leave() {
      onTurn = null; // its turn may have come, and be on its way here
      lock.lock();
      try {
        if (entry != null) {
          queue.leave(entry);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void run() {
      if (onTurn != null) {
        onTurn.run();
      }
    }
  }

  private final Lock lock = new ReentrantLock();
  private final RateQueue<Waiting> queue;
  private final LongAdder waits;

  /** The loop that looks again; null where none has to. */
  private @Nullable EventLoop looking;

  /** The number of the look that counts; one from before the rate was another does not. */
  private int look;

  /**
   * A link that nothing has passed yet.
   *
   * @param waits how often somebody has to wait
   */
  Link(long bytesPerSecond, LongAdder waits) {
    this.queue = new RateQueue<>(bytesPerSecond, Ticker.systemTicker().nanoTime());
    this.waits = waits;
  }

  /**
   * So much content has passed, and more would follow.
   *
   * @param loop that of the caller, which is told when it may go on
   * @param bytes may be 0, for who only asks whether it may begin
   * @return null where it may at once; else {@code onTurn} is run when it may
   */
  public @Nullable Ticket pass(
      EventLoop loop, Share share, int precedence, long bytes, Runnable onTurn) {
    Waiting waiting = new Waiting(loop, onTurn);
    lock.lock();
    try {
      long now = loop.ticker().nanoTime();
      waiting.entry = queue.pass(now, share, precedence, bytes, waiting);
      if (waiting.entry == null) {
        return null;
      }
      lookLater(loop, now);
    } finally {
      lock.unlock();
    }
    waits.increment();
    return waiting;
  }

  /** So much content has passed, and nothing follows. */
  public void last(EventLoop loop, Share share, int precedence, long bytes) {
    lock.lock();
    try {
      long now = loop.ticker().nanoTime();
      queue.last(now, share, precedence, bytes);
      lookLater(loop, now);
    } finally {
      lock.unlock();
    }
  }

  /** Another rate from now on, for those too that wait. */
  void change(long bytesPerSecond) {
    lock.lock();
    try {
      queue.change(Ticker.systemTicker().nanoTime(), bytesPerSecond);
      lookAtOnce();
    } finally {
      lock.unlock();
    }
  }

  /** It is not limited any more. */
  void open() {
    lock.lock();
    try {
      queue.open(Ticker.systemTicker().nanoTime());
      lookAtOnce();
    } finally {
      lock.unlock();
    }
  }

  /** In place of the look that there would be by the rate of before. */
  private void lookAtOnce() {
    EventLoop loop = looking;
    if (loop != null && !loop.isShuttingDown()) {
      int mine = ++look;
      loop.execute(() -> goOn(loop, mine));
    }
  }

  /** Has somebody look again, where something waits and nobody will. */
  private void lookLater(EventLoop loop, long now) {
    long delay = looking == null ? queue.delay(now) : -1;
    if (delay >= 0 && !loop.isShuttingDown()) {
      looking = loop;
      int mine = ++look;
      loop.schedule(() -> goOn(loop, mine), delay, TimeUnit.NANOSECONDS);
    }
  }

  private void goOn(EventLoop loop, int mine) {
    List<Waiting> due = new ArrayList<>();
    lock.lock();
    try {
      if (mine != look) {
        return;
      }
      looking = null;
      long now = loop.ticker().nanoTime();
      for (Waiting each = queue.next(now); each != null; each = queue.next(now)) {
        due.add(each);
      }
      lookLater(loop, now);
    } finally {
      lock.unlock();
    }
    due.forEach(each -> each.loop.execute(each));
  }
}
