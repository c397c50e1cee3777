package io.postern.health;

import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.upstream.Connector;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of all servers of all pools that ask for them. Immutable; started and stopped from any
 * thread, while the work is done on the event loops.
 */
public final class HealthChecks {

  private static final Logger LOG = LoggerFactory.getLogger(HealthChecks.class);

  /**
   * What checks take from outside.
   *
   * @param random split for each server, so that none is shared between loops
   * @param clock the wall clock, for the state of servers and the log
   * @param onDown told of each server that has gone down, on the loop that has its checks
   */
  public record Outside(SplittableGenerator random, InstantSource clock, Consumer<Server> onDown) {}

  private final List<ServerChecks> checks;
  private final Map<Server, ServerChecks> byServer;
  private final CompletableFuture<Void> firstRound;

  private HealthChecks(
      List<ServerChecks> checks,
      Map<Server, ServerChecks> byServer,
      CompletableFuture<Void> firstRound) {
    this.checks = checks;
    this.byServer = byServer;
    this.firstRound = firstRound;
  }

  /**
   * Sends the first check of every server at once, and goes on from there.
   *
   * @param pools those without checks are passed over
   * @param loops the event loops that the servers are spread over
   * @param connectors one for each loop, in the same order
   */
  public static HealthChecks start(
      Collection<Pool> pools,
      List<LoopContext> loops,
      List<Connector> connectors,
      Outside outside) {
    List<ServerChecks> all = new ArrayList<>();
    Map<Server, ServerChecks> byServer = new HashMap<>();
    Map<Pool, List<ServerChecks>> byPool = new LinkedHashMap<>();
    for (Subject subject : Subject.of(pools)) {
      int loop = all.size() % loops.size();
      ServerChecks checks =
          new ServerChecks(
              subject.members(), subject.check(), loops.get(loop), connectors.get(loop), outside);
      all.add(checks);
      for (ServerChecks.Member each : subject.members()) {
        byServer.put(each.server(), checks);
        byPool.computeIfAbsent(each.pool(), any -> new ArrayList<>()).add(checks);
      }
    }
    List<CompletableFuture<Void>> rounds = new ArrayList<>();
    byPool.forEach((pool, checks) -> rounds.add(firstRound(pool, checks)));
    all.forEach(ServerChecks::start);
    return new HealthChecks(List.copyOf(all), Map.copyOf(byServer), allOf(rounds));
  }

  private static CompletableFuture<Void> firstRound(Pool pool, List<ServerChecks> checks) {
    return allOf(checks.stream().map(ServerChecks::first).toList())
        .thenRun(
            () ->
                LOG.info(
                    "pool {}: checked, {} of {} servers ready",
                    pool.name(),
                    pool.readyServers(),
                    pool.servers().size()));
  }

  private static CompletableFuture<Void> allOf(List<CompletableFuture<Void>> all) {
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  /**
   * Done when every server has been checked once or has not answered in time; at once where there
   * are no checks. Never done where {@link #stop} came before.
   */
  public CompletableFuture<Void> firstRound() {
    return firstRound.copy();
  }

  /** The server has failed an exchange: it is checked soon. From any thread. */
  public void hasten(Server server) {
    ServerChecks of = byServer.get(server);
    if (of != null) {
      of.hasten();
    }
  }

  /** Ends all checks; servers keep the state that they have. */
  public void stop() {
    checks.forEach(ServerChecks::stop);
  }
}
