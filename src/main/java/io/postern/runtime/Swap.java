package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.Difference;
import io.postern.exchange.ExchangeContext;
import io.postern.exchange.Snapshot;
import io.postern.http.SocketOptions;
import io.postern.pool.Pool;
import io.postern.runtime.ReloadReport.Verdict;
import io.postern.upstream.Connector;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts another config in the place of the one that runs. All that may fail comes first: it is
 * compiled, addresses are bound, servers that are new are checked. Then, step by step, what is new
 * begins, exchanges that begin get the new snapshot, and what is gone ends when its last exchange
 * has.
 *
 * <p>Owned by the thread of the lookout.
 */
final class Swap implements Reloads.Taker {

  private static final Logger LOG = LoggerFactory.getLogger(Swap.class);

  /** What a reload cannot change, by sections of the config. */
  private static final Set<String> FIXED = Set.of("process", "accessLog", "admin", "health");

  /** How long it is waited until it is known how new servers are. */
  private static final Duration PROBE = Duration.ofSeconds(30);

  private static final List<String> ENDING = List.of("the process is about to end");

  /** The parts of a proxy that a config reaches; and whether it is about to end. */
  record Reached(
      AtomicReference<Compiled> compiled,
      AtomicReference<Snapshot> snapshot,
      ListenerUpkeep listeners,
      PoolUpkeep pools,
      TlsUpkeep tls,
      TenantUpkeep tenants,
      ExchangeLoops working,
      BooleanSupplier isEnding) {}

  private final Reached reached;
  private final EventLoops loops;
  private final InstantSource clock;
  private Sockets sockets;

  Swap(Reached reached, EventLoops loops, InstantSource clock, Sockets sockets) {
    this.reached = reached;
    this.loops = loops;
    this.clock = clock;
    this.sockets = sockets;
  }

  /** What connections are opened with, and what that was made of. */
  record Sockets(KeepAlive keepAlive, SocketOptions options) {
    static Sockets of(Config config, EventLoops loops) {
      KeepAlive keepAlive = KeepAlive.of(config);
      return new Sockets(keepAlive, SocketOptions.with(keepAlive.options(loops.transport())));
    }
  }

  @Override
  public ReloadReport take(Config config, List<Difference> differences, ReloadRequest request)
      throws InterruptedException {
    if (reached.isEnding.getAsBoolean()) {
      return refused(ENDING);
    }
    List<String> fixed =
        differences.stream()
            .filter(Swap::isFixed)
            .map(each -> each.path() + ": a change of it takes a restart")
            .toList();
    if (!fixed.isEmpty()) {
      return refused(fixed);
    }
    Compiled before = now();
    Compiled after = before.followedBy(config, clock.instant());
    if (!after.problems().isEmpty()) {
      after.closeBut(before);
      return refused(after.problems());
    }
    after.warnings().forEach(each -> LOG.warn("{}", each));
    return take(before, after, request, differences.isEmpty());
  }

  private static boolean isFixed(Difference difference) {
    return FIXED.contains(difference.section()) && !difference.path().startsWith("admin.tokens");
  }

  private Compiled now() {
    return Objects.requireNonNull(reached.compiled.get());
  }

  private ReloadReport take(Compiled before, Compiled after, ReloadRequest request, boolean isSame)
      throws InterruptedException {
    Sockets its = Sockets.of(after.config(), loops);
    Sockets used = its.keepAlive().equals(sockets.keepAlive()) ? sockets : its;
    List<String> effects = new ArrayList<>();
    ListenerUpkeep.Proposal listeners = null;
    PoolUpkeep.Proposal pools = null;
    boolean go = false;
    try {
      listeners = reached.listeners.propose(after, used.options());
      pools = PoolUpkeep.propose(before, after);
      effects.addAll(listeners.effects());
      effects.addAll(pools.effects());
      List<String> unready = probe(pools);
      if (!unready.isEmpty() && !request.force()) {
        return refused(unready);
      }
      if (request.trial()) {
        return report(Verdict.TRIED, effects, List.of());
      }
      if (reached.isEnding.getAsBoolean()) {
        return refused(ENDING);
      }
      go = true;
    } catch (StartException e) {
      return refused(List.of(String.valueOf(e.getMessage())));
    } finally {
      if (!go) {
        drop(before, after, listeners, pools);
      }
    }
    sockets = used;
    swap(before, after, listeners, pools);
    return report(isSame ? Verdict.SAME : Verdict.TAKEN, effects, List.of());
  }

  private void drop(
      Compiled before,
      Compiled after,
      ListenerUpkeep.@Nullable Proposal listeners,
      PoolUpkeep.@Nullable Proposal pools) {
    if (listeners != null) {
      ListenerUpkeep.drop(listeners);
    }
    if (pools != null) {
      step(() -> reached.pools.drop(pools));
    }
    after.closeBut(before);
  }

  /** The pools that would be left without a server that is ready, in words. */
  private List<String> probe(PoolUpkeep.Proposal pools) throws InterruptedException {
    try {
      reached.pools.probe(pools).get(PROBE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("not all new servers were checked within {} s", PROBE.toSeconds());
    } catch (ExecutionException e) {
      throw new IllegalStateException("new servers cannot be checked", e);
    }
    return pools.withoutServers().stream()
        .map(
            name ->
                "pools."
                    + name
                    + ": none of its servers would be ready (servers that are, or a reload that is"
                    + " forced)")
        .toList();
  }

  /** What fails of it now is told, and does not keep the rest: half of each would be worse. */
  private void swap(
      Compiled before,
      Compiled after,
      ListenerUpkeep.Proposal listeners,
      PoolUpkeep.Proposal pools) {
    SocketOptions options = sockets.options();
    step(() -> reached.pools.take(pools));
    for (Connector each : reached.working.connectors()) {
      step(() -> each.use(options));
    }
    Compiled whole = after.goingOnFrom(Objects.requireNonNull(reached.snapshot.get()));
    reached.snapshot.set(whole.snapshot());
    reached.compiled.set(whole);
    reached.tenants.follow(after);
    step(() -> reached.listeners.take(listeners, after.config(), clock.instant()));
    step(() -> reached.tls.follow(before, after));
    step(() -> reached.pools.retire(pools));
    Collection<Pool> used = after.snapshot().pools().values();
    for (ExchangeContext each : reached.working.contexts()) {
      step(() -> each.loop().loop().execute(() -> each.keepOnly(used)));
    }
  }

  private interface Step {
    void run() throws InterruptedException;
  }

  private static void step(Step step) {
    try {
      step.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the process is about to end
    } catch (RuntimeException | Error e) {
      LOG.error("a part of a reload failed, and the rest goes on", e);
    }
  }

  static ReloadReport refused(List<?> problems) {
    return report(Verdict.REFUSED, List.of(), problems.stream().map(Object::toString).toList());
  }

  private static ReloadReport report(Verdict verdict, List<String> effects, List<String> problems) {
    return new ReloadReport(verdict, 0, List.of(), effects, problems);
  }
}
