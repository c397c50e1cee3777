package io.postern.observe;

import io.netty.util.internal.PlatformDependent;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue from many event loops to the one thread that writes the log.
 *
 * <p>A producer pays one compare-and-set and the reading of a flag; it wakes the writer only where
 * that has been idle, for each wake-up is a system call. So that a log of moderate traffic does not
 * go idle between any two records, the writer {@linkplain #nap naps} for a fixed time after it has
 * written, and is left alone meanwhile.
 */
final class RecordQueue {

  /**
   * Long enough that wake-ups cost little (100 a second, of some 35 us each), short enough that
   * nobody who reads the log notices; at 16 Ki records the queue then has room for a million and a
   * half records a second.
   */
  private static final long NAP_NANOS = 10_000_000;

  private final Queue<ExchangeRecord> records;
  private volatile @Nullable Thread consumer;
  private volatile boolean idle;
  private volatile boolean woken;

  /** A queue for this many records, rounded up to a power of two. */
  RecordQueue(int capacity) {
    // JCTools' array queue: the one under Netty's own event loops. Its offer moves the producer
    // index by a compare-and-set, which orders it before the reading of idle: see await.
    records = PlatformDependent.newFixedMpscQueue(capacity);
  }

  /** Adds a record, from any thread; false where the queue is full. */
  boolean offer(ExchangeRecord record) {
    if (!records.offer(record)) {
      return false;
    }
    if (idle) {
      idle = false;
      LockSupport.unpark(consumer);
    }
    return true;
  }

  /** The oldest record, or null; only for the consumer. */
  @Nullable ExchangeRecord poll() {
    return records.poll();
  }

  /** Whether nothing waits. */
  boolean isEmpty() {
    return records.isEmpty();
  }

  /** How many wait, roughly. */
  int size() {
    return records.size();
  }

  /** Ends the consumer's wait, or the next one if it does not wait now; from any thread. */
  void wake() {
    woken = true;
    LockSupport.unpark(consumer);
  }

  /** Waits a little, whatever comes in; only for the consumer. */
  void nap() {
    consumer = Thread.currentThread();
    if (!woken) {
      LockSupport.parkNanos(this, NAP_NANOS);
    }
    woken = false;
  }

  /**
   * Waits for a record or {@link #wake}; may return early. Only for the consumer.
   *
   * @param nanos the longest wait; 0 for no end
   */
  void await(long nanos) {
    consumer = Thread.currentThread();
    // First the flag, then the look: a producer adds first and looks then. One of us sees the
    // other, so that no record is left behind with everybody asleep.
    idle = true;
    if (records.isEmpty() && !woken) {
      if (nanos == 0) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, nanos);
      }
    }
    idle = false;
    woken = false;
  }
}
