package io.postern.testkit;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** State that one thread changes and another waits for; all of it is touched only in here. */
final class Watched {

  private @Nullable Throwable failure;

  /** Changes something, and lets those who wait look again. */
  synchronized void change(Runnable change) {
    change.run();
    notifyAll();
  }

  /** Fails everybody who waits, now or later, for what has not come; the first cause stays. */
  synchronized void fail(Throwable cause) {
    failure = failure == null ? cause : failure;
    notifyAll();
  }

  /** Looks at something without waiting. */
  synchronized <T> T look(Supplier<T> look) {
    return look.get();
  }

  /** Waits until there is something to see; fails after {@link Await#LIMIT}. */
  synchronized <T> T await(String what, Supplier<@Nullable T> look) {
    long deadline = System.nanoTime() + Await.LIMIT.toNanos();
    T seen = look.get();
    while (seen == null) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (failure != null || millis <= 0) {
        throw new AssertionError("waited for: " + what, failure);
      }
      try {
        wait(millis);
      } catch (InterruptedException interrupted) {
        throw new AssertionError("interrupted while waiting for: " + what, interrupted);
      }
      seen = look.get();
    }
    return seen;
  }
}
