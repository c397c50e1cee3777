package io.postern.observe;

import io.netty.util.concurrent.Ticker;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * Warns of things of one kind that others decide the number of: at once where there was none for a
 * while, and at most twice a minute, with how many were left out. The metrics have them all.
 *
 * <p>May be used from any thread.
 */
public final class SparseLog {

  static final long PERIOD_NANOS = 30_000_000_000L;

  private final Logger log;
  private final LongSupplier nanoTime;
  private final AtomicLong next;
  private final LongAdder leftOut = new LongAdder();

  /** Warns in this log. */
  public SparseLog(Logger log) {
    this(log, Ticker.systemTicker()::nanoTime);
  }

  SparseLog(Logger log, LongSupplier nanoTime) {
    this.log = log;
    this.nanoTime = nanoTime;
    this.next = new AtomicLong(nanoTime.getAsLong());
  }

  /** One more has happened; the words are asked for only where they are written. */
  public void warn(Supplier<String> words) {
    long now = nanoTime.getAsLong();
    long from = next.get();
    if (now - from < 0 || !next.compareAndSet(from, now + PERIOD_NANOS)) {
      leftOut.increment();
      return;
    }
    long others = leftOut.sumThenReset();
    log.warn("{}{}", words.get(), others == 0 ? "" : " (and " + others + " more before it)");
  }
}
