package io.postern.health;

import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.upstream.Connector;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of all servers of all pools that ask for them. Called from any thread, while the work
 * is done on the event loops.
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

  private final List<LoopContext> loops;
  private final List<Connector> connectors;
  private final Outside outside;
  private final Map<Server, ServerChecks> byServer = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<CompletableFuture<Void>> firstRound =
      new AtomicReference<>(CompletableFuture.completedFuture(null));

  private HealthChecks(List<LoopContext> loops, List<Connector> connectors, Outside outside) {
    this.loops = loops;
    this.connectors = connectors;
    this.outside = outside;
  }

  /**
   * Nothing is checked yet.
   *
   * @param loops the event loops that the servers are spread over
   * @param connectors one for each loop, in the same order
   */
  public static HealthChecks of(
      List<LoopContext> loops, List<Connector> connectors, Outside outside) {
    return new HealthChecks(loops, connectors, outside);
  }

  /**
   * From now on the servers of these pools are checked, as the pools have it, and of pools that the
   * config lists the servers of no others are. Who was checked before, and is in the same way, is
   * not felt to be another; of who is new the first check is sent at once. By one thread at a time.
   *
   * @param pools that the config lists the servers of, with those
   * @return done when all that are new were checked once
   */
  public CompletableFuture<Void> become(Map<Pool, List<Server>> pools) {
    Set<ServerChecks> before = listed();
    Map<String, List<ServerChecks>> byAddress =
        before.stream().collect(Collectors.groupingBy(each -> address(each.members())));
    Map<Pool, List<ServerChecks>> begun = new LinkedHashMap<>();
    for (Subject subject : Subject.of(pools)) {
      List<ServerChecks> there = byAddress.getOrDefault(address(subject.members()), List.of());
      ServerChecks goesOn = goesOn(subject, there, before);
      if (goesOn != null) {
        before.remove(goesOn);
        forget(goesOn); // some may have left
        goesOn.become(subject.members());
        subject.members().forEach(each -> byServer.put(each.server(), goesOn));
      } else {
        ServerChecks started = check(subject);
        subject.members().forEach(each -> of(begun, each.pool()).add(started));
      }
    }
    before.forEach(this::end);
    pools.forEach((pool, servers) -> passUnchecked(pool, servers));
    List<CompletableFuture<Void>> rounds = new ArrayList<>();
    begun.forEach((pool, started) -> rounds.add(firstRound(pool, started)));
    await(allOf(rounds));
    return allOf(rounds);
  }

  private static List<ServerChecks> of(Map<Pool, List<ServerChecks>> begun, Pool pool) {
    return begun.computeIfAbsent(pool, any -> new ArrayList<>());
  }

  /** Those of pools that the config lists the servers of: others come and go for themselves. */
  private Set<ServerChecks> listed() {
    Set<ServerChecks> all = Collections.newSetFromMap(new IdentityHashMap<>());
    for (ServerChecks each : byServer.values()) {
      if (each.members().getFirst().pool().discovery() == null) {
        all.add(each);
      }
    }
    return all;
  }

  /** That of all of them: who is checked as one is so because of it. */
  private static String address(List<ServerChecks.Member> members) {
    return members.getFirst().server().label().toLowerCase(Locale.ROOT);
  }

  /** Those of the same address that still go on, and ask the same. */
  private static @Nullable ServerChecks goesOn(
      Subject subject, List<ServerChecks> there, Set<ServerChecks> left) {
    for (ServerChecks each : there) {
      if (left.contains(each)
          && each.asks(subject.check())
          && knows(each.members(), subject.members())) {
        return each;
      }
    }
    return null;
  }

  /** Whether some are the same, or take the place of others in their pool. */
  private static boolean knows(List<ServerChecks.Member> some, List<ServerChecks.Member> others) {
    return some.stream().anyMatch(one -> others.stream().anyMatch(one::isSameAs));
  }

  private void end(ServerChecks gone) {
    gone.stop();
    gone.first().complete(null); // nobody waits for who has gone
    forget(gone);
  }

  private void forget(ServerChecks checks) {
    checks.members().forEach(each -> byServer.remove(each.server(), checks));
  }

  /** Who is not checked counts as up. */
  private void passUnchecked(Pool pool, List<Server> servers) {
    if (pool.check() == null) {
      servers.stream()
          .filter(server -> !server.isUp())
          .forEach(server -> server.turnUp(outside.clock().instant()));
    }
  }

  /**
   * Checks servers that have come to a pool that finds them; passed over where that has no checks.
   *
   * @return done when all of them were checked once
   */
  public CompletableFuture<Void> add(Pool pool, List<Server> added) {
    List<ServerChecks> started = Subject.of(pool, added).stream().map(this::check).toList();
    CompletableFuture<Void> round = allOf(started.stream().map(ServerChecks::first).toList());
    if (!started.isEmpty()) {
      await(round);
    }
    passUnchecked(pool, added);
    return round;
  }

  /**
   * The operator may say something else of a server now: one in maintenance is not checked, one
   * that leaves it is.
   */
  public void review(Pool pool, Server server) {
    if (server.state().standing() == Server.Standing.MAINT) {
      remove(List.of(server));
    } else if (!byServer.containsKey(server)) {
      begin(pool, server);
    }
  }

  /**
   * An operator and who finds servers may both say at once that it is to be checked, or that not.
   */
  private void begin(Pool pool, Server server) {
    for (Subject subject : Subject.of(pool, List.of(server))) {
      ServerChecks checks = of(subject);
      if (byServer.putIfAbsent(server, checks) == null) {
        await(checks.first());
        checks.start();
      }
    }
    passUnchecked(pool, List.of(server));
    if (server.isGone() || server.state().standing() == Server.Standing.MAINT) {
      remove(List.of(server));
    }
  }

  /** Checks them no more, for they have left their pool. */
  public void remove(List<Server> removed) {
    for (Server each : removed) {
      ServerChecks gone = byServer.remove(each);
      if (gone != null && gone.leave(each)) {
        end(gone);
      }
    }
  }

  private ServerChecks check(Subject subject) {
    ServerChecks checks = of(subject);
    subject.members().forEach(each -> byServer.put(each.server(), checks));
    checks.start();
    return checks;
  }

  private ServerChecks of(Subject subject) {
    int loop = Math.floorMod(next.getAndIncrement(), loops.size());
    boolean known = byServer.containsKey(subject.members().getFirst().server());
    return new ServerChecks(
        subject.members(), known, subject.check(), loops.get(loop), connectors.get(loop), outside);
  }

  private void await(CompletableFuture<Void> round) {
    firstRound.updateAndGet(before -> CompletableFuture.allOf(before, round));
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
   * are no checks. Of those that come later it knows what has come until now. Never done where
   * {@link #stop} came before.
   */
  public CompletableFuture<Void> firstRound() {
    return Objects.requireNonNull(firstRound.get()).copy();
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
    new HashSet<>(byServer.values()).forEach(ServerChecks::stop);
  }
}
