package io.postern.runtime;

import io.postern.discovery.Discovery;
import io.postern.health.Ejection;
import io.postern.health.HealthChecks;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Server;
import io.postern.upstream.Connector;
import io.postern.upstream.UpstreamConnections;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator.SplittableGenerator;

/**
 * Looks after the servers of all pools while they run: who they are, who is well, and that no idle
 * connection is left to those that are not. Called from any thread.
 */
final class PoolUpkeep implements Discovery.Listener {

  private final EventLoops loops;
  private final List<UpstreamConnections> upstreams;
  private final Ejection ejection;
  private final HealthChecks checks;
  private final Discovery discovery;

  /** Not before the connectors are there, and before there are exchanges. */
  PoolUpkeep(
      Compiled compiled,
      EventLoops loops,
      List<Connector> connectors,
      List<UpstreamConnections> upstreams,
      SplittableGenerator random,
      InstantSource clock) {
    this.loops = loops;
    this.upstreams = upstreams;
    Collection<Pool> pools = compiled.snapshot().pools().values();
    List<LoopContext> contexts = loops.contexts();
    HealthChecks.Outside outside = new HealthChecks.Outside(random, clock, this::onDown);
    ejection = Ejection.start(pools, contexts, clock, this::onFailure);
    checks = HealthChecks.start(pools, contexts, connectors, outside);
    Discovery.Outside found =
        new Discovery.Outside(contexts, loops.datagrams(), loops.channels(), clock);
    discovery = Discovery.start(pools, compiled.parts().servers(), found, this);
  }

  /** Done when all servers that were found first, or are listed, were checked once. */
  CompletableFuture<Void> firstRound() {
    return discovery.firstRound().thenCompose(done -> checks.firstRound());
  }

  private void onFailure(Server server) {
    checks.hasten(server);
  }

  private void onDown(Server server) {
    closeIdle(server);
    ejection.onDown(server);
  }

  @Override
  public void beforeAdded(Pool pool, List<Server> added) {
    ejection.add(pool, added);
  }

  @Override
  public void onChanged(Pool pool, Roster.Change change) {
    checks.add(pool, change.added());
    checks.remove(change.removed());
    ejection.remove(pool, change.removed());
    change.removed().forEach(this::closeIdle);
    for (Server each : change.altered()) {
      checks.review(pool, each);
      if (each.state().standing() == Server.Standing.MAINT) {
        closeIdle(each);
      }
    }
  }

  /** Looks whether files list other servers now; may block, so on no event loop. */
  void lookAtFiles() {
    discovery.lookAtFiles();
  }

  /** What is open to a server that has gone down, or away, or is verified anew, is not used. */
  void closeIdle(Server server) {
    for (int i = 0; i < upstreams.size(); i++) {
      UpstreamConnections upstream = upstreams.get(i);
      loops.contexts().get(i).loop().execute(() -> upstream.closeIdleTo(server));
    }
  }

  void stop() {
    discovery.stop();
    checks.stop();
  }
}
