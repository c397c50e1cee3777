package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.HostPattern;
import io.postern.http.LoopContext;
import io.postern.tls.CertificateStore;
import io.postern.tls.ListenerTls;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the TLS of all listeners while they run, on a thread of its own: takes over changed
 * certificates, and changes the keys of tickets.
 */
final class TlsUpkeep implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TlsUpkeep.class);

  private final Collection<ListenerTls> all;
  private final Set<HostPattern> needed;
  private final List<LoopContext> loops;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("tls-upkeep").factory());

  private TlsUpkeep(
      Collection<ListenerTls> all,
      Set<HostPattern> needed,
      List<LoopContext> loops,
      InstantSource clock) {
    this.all = all;
    this.needed = needed;
    this.loops = loops;
    this.clock = clock;
  }

  static TlsUpkeep start(
      Config config, Collection<ListenerTls> all, List<LoopContext> loops, InstantSource clock) {
    Set<HostPattern> needed =
        config.routes().stream()
            .flatMap(route -> route.match().hosts().stream())
            .collect(Collectors.toSet());
    TlsUpkeep upkeep = new TlsUpkeep(all, needed, loops, clock);
    long millis = config.process().watchInterval().toMillis();
    upkeep.thread.scheduleWithFixedDelay(upkeep::look, millis, millis, TimeUnit.MILLISECONDS);
    return upkeep;
  }

  private void look() {
    for (ListenerTls each : all) {
      try {
        CertificateStore replaced = each.refresh(clock.instant(), needed);
        if (replaced != null) {
          closeUnused(replaced);
        }
      } catch (RuntimeException | Error e) { // or there would be no next look
        LOG.error("certificates cannot be looked at; those of before are served on", e);
      }
    }
  }

  /** Once each loop has ended the task that it was in, none has it in hand any more. */
  private void closeUnused(CertificateStore replaced) {
    AtomicInteger left = new AtomicInteger(loops.size());
    Runnable passed =
        () -> {
          if (left.decrementAndGet() == 0) {
            replaced.close();
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
