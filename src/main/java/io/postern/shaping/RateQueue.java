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

  private final FairQueue<W> waiting = new FairQueue<>();
  private double nanosPerByte;
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

  /** Another rate from now on, by which what is owed is paid, too. */
  void change(long now, long bytesPerSecond) {
    price(now, NANOS / bytesPerSecond);
  }

  /** Everything may pass from now on, and nothing is owed. */
  void open(long now) {
    price(now, 0);
  }

  private void price(long now, double other) {
    long owed = Math.max(0, paidUntil - now);
    paidUntil = now + (nanosPerByte == 0 ? 0 : (long) (owed * (other / nanosPerByte)));
    nanosPerByte = other;
  }

  /**
   * So much has passed, and more would follow.
   *
   * @param waiter who would go on
   * @return null where it may at once; else its entry, and {@link #next} has it when it may
   */
  FairQueue.@Nullable Entry<W> pass(long now, Share share, int precedence, long bytes, W waiter) {
    if (waiting.isEmpty() && isOpen(now)) {
      pay(now, bytes);
      return null;
    }
    return waiting.add(share, precedence, bytes, waiter);
  }

  /** So much has passed, and nothing follows. */
  void last(long now, Share share, int precedence, long bytes) {
    if (waiting.isEmpty() && isOpen(now)) {
      pay(now, bytes);
    } else {
      waiting.owe(share, precedence, bytes);
    }
  }

  /** Who waits waits no more; what it has brought is paid for all the same. */
  void leave(FairQueue.Entry<W> entry) {
    waiting.leave(entry, entry.cost());
  }

  /** The next whose turn it is by now; null where there is none. */
  @Nullable W next(long now) {
    while (isOpen(now)) {
      FairQueue.Entry<W> entry = waiting.poll();
      if (entry == null) {
        return null;
      }
      pay(now, entry.cost());
      if (entry.waiter() != null) {
        return entry.waiter();
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
