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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the TLS of all listeners and pools while they run, on the thread of the lookout:
 * takes over changed certificates, changes the keys of tickets, and ends a key log in time.
 */
final class TlsUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger(TlsUpkeep.class);

  private final Compiled compiled;
  private final Set<HostPattern> needed;
  private final List<LoopContext> loops;
  private final InstantSource clock;
  private final Consumer<Pool> changed;

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
  static void start(
      Lookout lookout,
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
    lookout.each(upkeep::look);
    KeyLog keyLog = compiled.keyLog();
    if (keyLog != null) {
      lookout.after(Duration.between(clock.instant(), keyLog.until()), keyLog::endIfOver);
    }
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
}
