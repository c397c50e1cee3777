package io.postern.runtime;

import io.postern.config.PoolConfig;
import io.postern.discovery.Discovery;
import io.postern.exchange.Snapshot;
import io.postern.health.Ejection;
import io.postern.health.HealthChecks;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Server;
import io.postern.upstream.UpstreamConnections;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Looks after the servers of all pools while they run: who they are, who is well, and that no idle
 * connection is left to those that are not. Servers come and go on event loops, and pools by the
 * thread that takes over another config.
 */
final class PoolUpkeep implements Discovery.Listener {

  private final EventLoops loops;
  private final List<UpstreamConnections> upstreams;
  private final InstantSource clock;
  private final Overrides overrides;
  private final Ejection ejection;
  private final HealthChecks checks;
  private final Discovery discovery;
  private final List<CompletableFuture<Void>> firstLooks = new ArrayList<>();

  /** Not before the connectors are there, and before there are exchanges. */
  PoolUpkeep(
      Compiled compiled,
      EventLoops loops,
      ExchangeLoops working,
      SplittableGenerator random,
      Lookout lookout,
      Supplier<Snapshot> snapshot,
      InstantSource clock) {
    this.loops = loops;
    overrides = new Overrides(snapshot, lookout, clock, this::onChanged);
    this.upstreams = working.upstreams();
    this.clock = clock;
    List<LoopContext> contexts = loops.contexts();
    ejection = new Ejection(contexts, clock, this::onFailure);
    checks =
        HealthChecks.of(
            contexts, working.connectors(), new HealthChecks.Outside(random, clock, this::onDown));
    discovery =
        new Discovery(
            new Discovery.Outside(contexts, loops.datagrams(), loops.channels(), clock), this);
    Collection<Pool> pools = compiled.snapshot().pools().values();
    pools.forEach(ejection::begin);
    checks.become(listed(pools));
    pools.forEach(pool -> firstLooks.add(find(pool, compiled.parts())));
  }

  /** What operators say of servers. */
  Overrides overrides() {
    return overrides;
  }

  /** Done when all servers that were found first, or are listed, were checked once. */
  CompletableFuture<Void> firstRound() {
    return allOf(firstLooks).thenCompose(done -> checks.firstRound());
  }

  private static CompletableFuture<Void> allOf(List<CompletableFuture<Void>> all) {
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }

  /** Those that the config lists the servers of, with these. */
  private static Map<Pool, List<Server>> listed(Collection<Pool> pools) {
    Map<Pool, List<Server>> all = new LinkedHashMap<>();
    for (Pool pool : pools) {
      if (pool.discovery() == null) {
        all.put(pool, pool.servers());
      }
    }
    return all;
  }

  /** Begins to look for the servers of a pool, and to check those that are known already. */
  private CompletableFuture<Void> find(Pool pool, Parts parts) {
    if (pool.discovery() == null) {
      return CompletableFuture.completedFuture(null);
    }
    return allOf(
        List.of(
            checks.add(pool, pool.servers()),
            discovery.begin(pool, parts.servers().get(pool.name()))));
  }

  private void begin(Pool pool) {
    overrides.apply(pool, pool.servers());
    ejection.begin(pool);
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
    overrides.apply(pool, added);
    ejection.add(pool, added);
  }

  @Override
  public void onChanged(Pool pool, Roster.Change change) {
    look(pool, change);
    giveUp(pool, change);
  }

  private void look(Pool pool, Roster.Change change) {
    checks.add(pool, change.added());
    checks.remove(change.removed());
    for (Server each : change.altered()) {
      checks.review(pool, each);
    }
  }

  private void giveUp(Pool pool, Roster.Change change) {
    ejection.remove(pool, change.removed());
    change.removed().forEach(this::closeIdle);
    for (Server each : change.altered()) {
      if (each.state().standing() == Server.Standing.MAINT) {
        closeIdle(each);
      }
    }
  }

  /**
   * Other pools that are to be taken over, or not.
   *
   * @param before those that run, by their names
   * @param after those that are to run
   * @param configs the sections of these
   * @param parts where servers are listed
   * @param drafts of the pools of after, where they have other servers than they would have now
   */
  record Proposal(
      Map<String, Pool> before,
      Map<String, Pool> after,
      Map<String, PoolConfig> configs,
      Parts parts,
      Map<Pool, Roster.Draft> drafts) {

    private List<Pool> added() {
      return after.values().stream().filter(pool -> !before.containsKey(pool.name())).toList();
    }

    private List<Pool> gone() {
      return before.values().stream().filter(pool -> !after.containsKey(pool.name())).toList();
    }

    /** Those that run, and are to run by another section of the config, as they run now. */
    private List<Pool> changed() {
      return before.values().stream()
          .filter(pool -> after.containsKey(pool.name()) && !pool.equals(after.get(pool.name())))
          .toList();
    }

    @SuppressWarnings("NullAway") // asked for those that have changed
    private Pool now(Pool changed) {
      return after.get(changed.name());
    }

    /** Where servers are listed somewhere, now or from now on: who of them will be there. */
    private void draft(Pool changed) {
      Pool now = now(changed);
      boolean listed = now.discovery() == null || now.discovery().file() != null;
      PoolConfig config = configs.get(now.name());
      if (listed && config != null) {
        drafts.put(now, now.draft(parts.serversOf(config)));
      }
    }

    /** Whether connections to its servers are other ones. */
    private boolean isReplaced(Pool changed) {
      return !now(changed).sharesServers(changed);
    }

    /** Pools that have servers that may be chosen now, or are new, and would have none. */
    List<String> withoutServers() {
      List<String> names = new ArrayList<>();
      for (Pool pool : added()) {
        if (pool.readyServers() == 0) {
          names.add(pool.name());
        }
      }
      for (Pool pool : changed()) {
        Roster.Draft draft = drafts.get(now(pool));
        if (draft != null && pool.readyServers() > 0 && draft.readyServers() == 0) {
          names.add(pool.name());
        }
      }
      return names;
    }

    /** What becomes of connections to servers, in words. */
    List<String> effects() {
      List<String> effects = new ArrayList<>();
      gone().forEach(pool -> effects.add(ends("pool " + pool.name() + " goes", pool.servers())));
      for (Pool pool : changed()) {
        String name = "pool " + pool.name();
        Roster.Draft draft = drafts.get(now(pool));
        if (isReplaced(pool)) {
          effects.add(ends(name + " is connected to anew", pool.servers()));
        } else if (draft != null && !draft.removed().isEmpty()) {
          effects.add(ends(name + ": servers " + draft.removed() + " go", draft.removed()));
        }
      }
      return effects;
    }

    private static String ends(String what, List<Server> servers) {
      long open = servers.stream().mapToLong(Server::connections).sum();
      return what + ": " + open + " connections to servers end when their requests do";
    }
  }

  /** Compares the pools that run with others, and changes nothing. */
  static Proposal propose(Compiled before, Compiled after) {
    Map<String, Pool> running = before.snapshot().pools();
    Map<Pool, Roster.Draft> drafts = new LinkedHashMap<>();
    Proposal proposal =
        new Proposal(
            running, after.snapshot().pools(), after.config().pools(), after.parts(), drafts);
    for (Pool each : proposal.changed()) {
      if (each.discovery() == null) { // else its servers may change at any moment
        proposal.draft(each);
      }
    }
    return proposal;
  }

  /**
   * Finds and checks the servers that are new in these pools, which nobody uses yet.
   *
   * @return done when it is known of each how it is
   */
  CompletableFuture<Void> probe(Proposal proposal) {
    Map<Pool, List<Server>> all = listed(proposal.before.values());
    all.putAll(listed(proposal.added()));
    proposal.drafts.forEach(
        (pool, draft) -> {
          overrides.apply(pool, draft.added());
          all.put(pool, draft.added());
        });
    proposal.added().forEach(this::begin);
    List<CompletableFuture<Void>> rounds = new ArrayList<>();
    rounds.add(checks.become(all));
    proposal.added().forEach(pool -> rounds.add(find(pool, proposal.parts)));
    return allOf(rounds).thenCompose(done -> checks.firstRound());
  }

  /** They are not taken over after all. */
  void drop(Proposal proposal) throws InterruptedException {
    for (Pool pool : proposal.added()) {
      end(pool);
    }
    proposal.drafts.forEach(
        (pool, draft) -> {
          if (pool.discovery() != null) {
            checks.remove(draft.added());
          }
        });
    checks.become(listed(proposal.before.values()));
  }

  /** Their servers are those of the new pools, before these are used. */
  void take(Proposal proposal) throws InterruptedException {
    Instant now = clock.instant();
    Map<Pool, Roster.Change> changes = new LinkedHashMap<>();
    for (Pool before : proposal.changed()) {
      Pool after = proposal.now(before);
      discovery.end(before);
      if (before.discovery() != null && after.discovery() == null) {
        checks.remove(before.servers());
      }
      if (before.discovery() != null) {
        proposal.draft(before);
      }
      ejection.change(before, after);
      Roster.Draft draft = proposal.drafts.get(after);
      if (draft != null) {
        Roster.Change change = after.take(draft, now, added -> beforeAdded(after, added));
        changes.put(after, change);
        giveUp(after, change);
      }
    }
    checks.become(listed(proposal.after.values()));
    for (Pool before : proposal.changed()) {
      Pool after = proposal.now(before);
      goOnFinding(before, after, changes.get(after), proposal.parts);
    }
  }

  private void goOnFinding(Pool before, Pool after, Roster.@Nullable Change change, Parts parts) {
    if (after.discovery() == null) {
      return;
    }
    boolean sameChecks =
        before.discovery() != null
            && after.sharesServers(before)
            && Objects.equals(before.check(), after.check());
    if (!sameChecks) {
      checks.remove(before.servers());
      checks.remove(after.servers()); // that are new and were looked at
      checks.add(after, after.servers());
    } else if (change != null) {
      look(after, change);
    }
    discovery.begin(after, parts.servers().get(after.name()));
  }

  /** No request that begins from now on knows the pools of before. */
  void retire(Proposal proposal) throws InterruptedException {
    for (Pool pool : proposal.gone()) {
      end(pool);
    }
    for (Pool pool : proposal.changed()) {
      if (proposal.isReplaced(pool)) {
        leave(pool);
      }
    }
  }

  private void end(Pool pool) throws InterruptedException {
    discovery.end(pool);
    checks.remove(pool.discovery() == null ? List.of() : pool.servers());
    ejection.end(pool);
    leave(pool);
  }

  private void leave(Pool pool) {
    pool.leave();
    pool.servers().forEach(this::closeIdle);
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
