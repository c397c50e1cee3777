package io.postern.runtime;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks, again and again, at files that may change while we run: none is read on an
 * event loop. Used from the thread that starts and ends us.
 */
final class Lookout implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("lookout").factory());
  private final long intervalMillis;

  /** What is to be done about what was asked for and is not done when we are closed. */
  private final Set<Runnable> cancels = ConcurrentHashMap.newKeySet();

  Lookout(Duration interval) {
    intervalMillis = interval.toMillis();
  }

  /** Looks each interval from now on; what is thrown ends one look and not those after it. */
  void each(Runnable look) {
    thread.scheduleWithFixedDelay(
        () -> guarded(look), intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
  }

  /**
   * Does something as soon as no look is under way.
   *
   * @return what came of it; cancelled where we are closed before, or are by now
   */
  <T> CompletableFuture<T> now(Callable<T> task) {
    CompletableFuture<T> done = new CompletableFuture<>();
    Runnable cancel = () -> done.cancel(false);
    cancels.add(cancel);
    done.whenComplete((result, failure) -> cancels.remove(cancel));
    try {
      thread.execute(
          () -> {
            try {
              done.complete(task.call());
            } catch (Exception | Error e) {
              done.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      done.cancel(false);
    }
    return done;
  }

  /** Does something once, after a while; not where we are closed before. */
  void after(Duration delay, Runnable task) {
    thread.schedule(() -> guarded(task), delay.toMillis() + 1, TimeUnit.MILLISECONDS);
  }

  private static void guarded(Runnable look) {
    try {
      look.run();
    } catch (RuntimeException | Error e) { // or there would be no next look
      LOG.error("files cannot be looked at; what was read before stays in use", e);
    }
  }

  /** Looks no more; waits a moment for a look that is under way, which a file may hold up. */
  @Override
  public void close() {
    thread.shutdownNow();
    cancels.forEach(Runnable::run);
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("a look at the files does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
