package io.postern.health;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How many exchanges of the last while failed, in ten slots of time of which the oldest is
 * forgotten as a new one begins. Shared by all event loops; to count is one compare-and-set.
 */
final class FailureWindow {

  private static final int SLOTS = 10;

  // A slot is one number: the number of its time, all exchanges, and those that failed.
  private static final int BITS = 20;
  private static final long MOST = (1L << BITS) - 1;
  private static final long TIMES = (1L << (64 - 2 * BITS)) - 1;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
  private final long width;

  /** Nothing counted yet; the window is in nanoseconds. */
  FailureWindow(long window) {
    width = Math.max(1, window / SLOTS);
  }

  void count(boolean failed, long now) {
    long time = Math.floorDiv(now, width);
    int slot = Math.floorMod(time, SLOTS);
    long of = (time & TIMES) << (2 * BITS);
    long before;
    long after;
    do {
      before = slots.get(slot);
      long counted = (before ^ of) >>> (2 * BITS) == 0 ? before : of;
      after = (all(counted) == MOST ? halved(counted) : counted) + (1L << BITS) + (failed ? 1 : 0);
    } while (!slots.compareAndSet(slot, before, after));
  }

  private static long all(long slot) {
    return (slot >>> BITS) & MOST;
  }

  private static long halved(long slot) {
    return (slot & ~((1L << (2 * BITS)) - 1)) | (all(slot) >> 1 << BITS) | ((slot & MOST) >> 1);
  }

  /**
   * Whether so much of what has ended in the window has failed.
   *
   * @param percent the share of failures
   * @param least how many exchanges there have to be
   */
  boolean isOver(int percent, int least, long now) {
    long time = Math.floorDiv(now, width);
    long all = 0;
    long failed = 0;
    for (int i = 0; i < SLOTS; i++) {
      long slot = slots.get(i);
      if (((time - (slot >>> (2 * BITS))) & TIMES) < SLOTS) {
        all += all(slot);
        failed += slot & MOST;
      }
    }
    return all >= least && 100 * failed >= percent * all;
  }

  void clear() {
    for (int i = 0; i < SLOTS; i++) {
      slots.set(i, 0);
    }
  }
}
