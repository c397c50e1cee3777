package io.postern.shaping;

import org.jspecify.annotations.Nullable;

/**
 * So many bytes in a second, for all that want some. Bytes are counted when they have passed; who
 * brought more than there were waits until they are paid for and it is its turn, and is then let
 * on. So the rate holds in the long run whatever the size of the pieces is.
 *
 * <p>Guarded by its owner.
 *
 * @param <W> who is told that it is its turn
 */
final class RateQueue<W> {

  /** What may pass ahead of time, so that nothing runs dry on the way to the next piece. */
  static final long AHEAD_NANOS = 10_000_000;

  private static final double NANOS = 1e9;

  private final double nanosPerByte;
  private final FairQueue<W> waiting = new FairQueue<>();
  private long paidUntil;

  /**
   * Nothing has passed yet.
   *
   * @param now by the clock of all calls, in nanoseconds
   */
  RateQueue(long bytesPerSecond, long now) {
    this.nanosPerByte = NANOS / bytesPerSecond;
    this.paidUntil = now;
  }

  /**
   * So much has passed.
   *
   * @param waiter who would go on; null where nobody would
   * @return whether it may at once; if not, {@link #next} has it when it may
   */
  boolean pass(long now, Share share, int precedence, long bytes, @Nullable W waiter) {
    if (waiting.isEmpty() && isOpen(now)) {
      pay(now, bytes);
      return true;
    }
    waiting.add(share, precedence, bytes, waiter);
    return false;
  }

  /** The next whose turn it is by now; null where there is none. */
  @Nullable W next(long now) {
    while (!waiting.isEmpty() && isOpen(now)) {
      FairQueue.Entry<W> entry = waiting.poll();
      if (entry != null) {
        pay(now, entry.cost());
        if (entry.waiter() != null) {
          return entry.waiter();
        }
      }
    }
    return null;
  }

  /** How long it takes until {@link #next} has one more, in nanoseconds; -1 where none waits. */
  long delay(long now) {
    return waiting.isEmpty() ? -1 : Math.max(0, paidUntil - AHEAD_NANOS - now);
  }

  private boolean isOpen(long now) {
    return paidUntil - now <= AHEAD_NANOS;
  }

  private void pay(long now, long bytes) {
    long from = paidUntil - now > 0 ? paidUntil : now;
    paidUntil = from + (long) (bytes * nanosPerByte);
  }
}
