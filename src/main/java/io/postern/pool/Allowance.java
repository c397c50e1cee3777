package io.postern.pool;

import java.util.concurrent.atomic.AtomicInteger;

/** How many connections may be open. Shared by all event loops. */
final class Allowance {

  private final int most;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * None is open.
   *
   * @param most how many there may be; 0 is any number
   */
  Allowance(int most) {
    this.most = most;
  }

  boolean isLeft() {
    return most == 0 || open.get() < most;
  }

  /**
   * Takes room for one.
   *
   * @param anyway even where there is none
   */
  boolean take(boolean anyway) {
    int now = open.get();
    while (anyway || most == 0 || now < most) {
      if (open.compareAndSet(now, now + 1)) {
        return true;
      }
      now = open.get();
    }
    return false;
  }

  void give() {
    open.decrementAndGet();
  }
}
