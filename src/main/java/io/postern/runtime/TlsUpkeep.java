package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.HostPattern;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.tls.CertificateStore;
import io.postern.tls.KeyLog;
import io.postern.tls.ListenerTls;
import io.postern.tls.UpstreamTls;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the TLS of all listeners and pools while they run, on a thread of its own: takes over
 * changed certificates, changes the keys of tickets, and ends a key log in time.
 */
final class TlsUpkeep implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TlsUpkeep.class);

  private final Compiled compiled;
  private final Set<HostPattern> needed;
  private final List<LoopContext> loops;
  private final InstantSource clock;
  private final Consumer<Pool> changed;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tls-upkeep").factory());

  private TlsUpkeep(
      Compiled compiled,
      Set<HostPattern> needed,
      List<LoopContext> loops,
      InstantSource clock,
      Consumer<Pool> changed) {
    this.compiled = compiled;
    this.needed = needed;
    this.loops = loops;
    this.clock = clock;
    this.changed = changed;
  }

  /**
   * Begins.
   *
   * @param changed told of pools whose servers are connected to by other files from now on; what
   *     connections it finds were made by those of before
   */
  static TlsUpkeep start(
      Config config,
      Compiled compiled,
      List<LoopContext> loops,
      InstantSource clock,
      Consumer<Pool> changed) {
    Set<HostPattern> needed =
        config.routes().stream()
            .flatMap(route -> route.match().hosts().stream())
            .collect(Collectors.toSet());
    TlsUpkeep upkeep = new TlsUpkeep(compiled, needed, loops, clock, changed);
    compiled.tls().values().forEach(each -> each.fetchResponses(clock, new SplittableRandom()));
    long millis = config.process().watchInterval().toMillis();
    upkeep.thread.scheduleWithFixedDelay(upkeep::look, millis, millis, TimeUnit.MILLISECONDS);
    KeyLog keyLog = compiled.keyLog();
    if (keyLog != null) {
      long left = Duration.between(clock.instant(), keyLog.until()).toMillis() + 1;
      upkeep.thread.schedule(keyLog::endIfOver, left, TimeUnit.MILLISECONDS);
    }
    return upkeep;
  }

  private void look() {
    compiled.tls().values().forEach(each -> guarded(() -> look(each)));
    compiled.snapshot().pools().values().forEach(each -> guarded(() -> look(each)));
    KeyLog keyLog = compiled.keyLog();
    if (keyLog != null) {
      guarded(keyLog::endIfOver); // the clock may have been set since the start
    }
  }

  private static void guarded(Runnable look) {
    try {
      look.run();
    } catch (RuntimeException | Error e) { // or there would be no next look
      LOG.error("certificates cannot be looked at; those of before stay in use", e);
    }
  }

  private void look(ListenerTls listener) {
    CertificateStore replaced = listener.refresh(clock.instant(), needed);
    if (replaced != null) {
      whenUnused(replaced::close);
    }
  }

  private void look(Pool pool) {
    UpstreamTls tls = pool.dialect().tls();
    Runnable close = tls == null ? null : tls.refresh(clock.instant());
    if (close != null) {
      changed.accept(pool);
      whenUnused(close);
    }
  }

  /** Once each loop has ended the task that it was in, none has it in hand any more. */
  private void whenUnused(Runnable close) {
    AtomicInteger left = new AtomicInteger(loops.size());
    Runnable passed =
        () -> {
          if (left.decrementAndGet() == 0) {
            close.run();
          }
        };
    for (LoopContext each : loops) {
      try {
        each.loop().execute(passed);
      } catch (RejectedExecutionException e) {
        passed.run(); // it has ended
      }
    }
  }

  /** Looks no more; waits a moment for a look that is under way, which a file may hold up. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("a look at the certificates does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
