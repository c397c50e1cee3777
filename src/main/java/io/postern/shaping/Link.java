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

  private record Waiting(EventLoop loop, Runnable onTurn) {}

  private final RateQueue<Waiting> queue;
  private final Lock lock = new ReentrantLock();
  private final LongAdder waits = new LongAdder();
  private boolean scheduled;

  /** A link that nothing has passed yet. */
  public Link(long bytesPerSecond) {
    this.queue = new RateQueue<>(bytesPerSecond, Ticker.systemTicker().nanoTime());
  }

  /**
   * So much content has passed.
   *
   * @param loop that of the caller, which is told when it may go on
   * @param bytes may be 0, for who only asks whether it may begin
   * @param onTurn null where nothing is to follow
   * @return whether more may come at once; if not, it may when {@code onTurn} is run
   */
  public boolean pass(
      EventLoop loop, Share share, int precedence, long bytes, @Nullable Runnable onTurn) {
    Waiting waiting = onTurn == null ? null : new Waiting(loop, onTurn);
    boolean passed;
    long delay;
    lock.lock();
    try {
      long now = loop.ticker().nanoTime();
      passed = queue.pass(now, share, precedence, bytes, waiting);
      delay = nextCall(now);
    } finally {
      lock.unlock();
    }
    if (!passed && waiting != null) {
      waits.increment();
    }
    later(loop, delay);
    return passed;
  }

  /** When somebody has to look again, -1 where somebody will, or nothing waits. */
  private long nextCall(long now) {
    long delay = scheduled ? -1 : queue.delay(now);
    scheduled |= delay >= 0;
    return delay;
  }

  private void later(EventLoop loop, long delay) {
    if (delay >= 0 && !loop.isShuttingDown()) {
      loop.schedule(() -> goOn(loop), delay, TimeUnit.NANOSECONDS);
    }
  }

  private void goOn(EventLoop loop) {
    List<Waiting> due = new ArrayList<>();
    long delay;
    lock.lock();
    try {
      scheduled = false;
      long now = loop.ticker().nanoTime();
      for (Waiting next = queue.next(now); next != null; next = queue.next(now)) {
        due.add(next);
      }
      delay = nextCall(now);
    } finally {
      lock.unlock();
    }
    later(loop, delay);
    due.forEach(each -> each.loop.execute(each.onTurn));
  }

  /** How often somebody had to wait. */
  public long waits() {
    return waits.sum();
  }
}
