package io.postern.runtime;

import io.postern.config.HostPattern;
import io.postern.config.ListenerConfig;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.tls.CertificateStore;
import io.postern.tls.KeyLog;
import io.postern.tls.ListenerTls;
import io.postern.tls.UpstreamTls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the TLS of all listeners and pools while they run, on the thread of the lookout:
 * takes over changed certificates, changes the keys of tickets, and ends a key log in time.
 */
final class TlsUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger(TlsUpkeep.class);

  /** What may come behind the time of a handshake: a last flight that is read on. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private final Supplier<Compiled> compiled;
  private final List<LoopContext> loops;
  private final InstantSource clock;
  private final Consumer<Pool> changed;

  /** What nobody uses any more from a moment on, and is given up then. */
  private final Map<ListenerTls, Instant> retired = new HashMap<>();

  private TlsUpkeep(
      Supplier<Compiled> compiled,
      List<LoopContext> loops,
      InstantSource clock,
      Consumer<Pool> changed) {
    this.compiled = compiled;
    this.loops = loops;
    this.clock = clock;
    this.changed = changed;
  }

  /**
   * Begins.
   *
   * @param compiled the config as it is now
   * @param changed told of pools whose servers are connected to by other files from now on; what
   *     connections it finds were made by those of before
   */
  static TlsUpkeep start(
      Lookout lookout,
      Supplier<Compiled> compiled,
      List<LoopContext> loops,
      InstantSource clock,
      Consumer<Pool> changed) {
    TlsUpkeep upkeep = new TlsUpkeep(compiled, loops, clock, changed);
    compiled.get().allTls().forEach(upkeep::begin);
    lookout.each(upkeep::look);
    KeyLog keyLog = compiled.get().keyLog();
    if (keyLog != null) {
      lookout.after(Duration.between(clock.instant(), keyLog.until()), keyLog::endIfOver);
    }
    return upkeep;
  }

  private void begin(ListenerTls tls) {
    tls.fetchResponses(clock, new SplittableRandom());
  }

  /** Another config is taken over; called by the thread of the lookout. */
  void follow(Compiled before, Compiled after) {
    List<ListenerTls> now = after.allTls().toList();
    List<ListenerTls> was = before.allTls().toList();
    now.stream().filter(each -> !was.contains(each)).forEach(this::begin);
    before
        .config()
        .listeners()
        .values()
        .forEach(
            listener -> {
              ListenerTls old = before.tls().get(listener.name());
              if (old != null && !now.contains(old)) {
                retire(old, listener.timeouts());
              }
            });
  }

  /** Whose handshake had begun may choose a certificate of it until that is over. */
  private void retire(ListenerTls old, ListenerConfig.Timeouts within) {
    retired.put(
        old, clock.instant().plus(within.proxyHeader()).plus(within.handshake()).plus(MARGIN));
  }

  private void sweep() {
    Instant now = clock.instant();
    retired.entrySet().stream()
        .filter(each -> now.isAfter(each.getValue()))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(
            each -> {
              retired.remove(each);
              each.close();
            });
  }

  /** Gives up what was not yet; when nobody looks any more. */
  void close() {
    retired.keySet().forEach(ListenerTls::close);
  }

  private void look() {
    guarded(this::sweep);
    Compiled now = compiled.get();
    Set<HostPattern> needed =
        now.config().routes().stream()
            .flatMap(route -> route.match().hosts().stream())
            .collect(Collectors.toSet());
    now.allTls().forEach(each -> guarded(() -> look(each, needed)));
    now.snapshot().pools().values().forEach(each -> guarded(() -> look(each)));
    KeyLog keyLog = now.keyLog();
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

  private void look(ListenerTls listener, Set<HostPattern> needed) {
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
