package io.postern.testkit;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting with a deadline, for tests. Whoever can be told of a thing should wait for that. */
public final class Await {

  /** Long enough for a busy machine; a test that works never waits for it. */
  public static final Duration LIMIT = Duration.ofSeconds(20);

  private Await() {}

  /** A condition that may fail while it does not hold. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  /**
   * Waits until a condition holds that nobody tells of: a file, a counter.
   *
   * @throws AssertionError where it does not within {@link #LIMIT}
   */
  public static void until(String what, Condition condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    try {
      while (!condition.holds()) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("not within " + LIMIT + ": " + what);
        }
        if (never.await(2, TimeUnit.MILLISECONDS)) {
          throw new AssertionError("nobody counts down");
        }
      }
    } catch (Exception failure) {
      throw new AssertionError("while waiting for: " + what, failure);
    }
  }

  /** Waits for a latch. */
  public static void latch(String what, CountDownLatch latch) {
    try {
      if (!latch.await(LIMIT.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("not within " + LIMIT + ": " + what);
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError("interrupted: " + what, interrupted);
    }
  }

  /** Waits for a result. */
  public static <T> T result(String what, Future<T> future) {
    try {
      return future.get(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError("not within " + LIMIT + ": " + what, late);
    } catch (ExecutionException failed) {
      throw new AssertionError(what + " failed", failed.getCause());
    } catch (InterruptedException interrupted) {
      throw new AssertionError("interrupted: " + what, interrupted);
    }
  }
}
