package io.postern.health;

import io.netty.util.concurrent.Future;
import io.postern.config.ActiveCheck;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.upstream.Connector;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of one server, one after the other, and what follows from their results. It may stand
 * in several pools that would ask it the same in the same way, and is asked once for all of them.
 *
 * <p>Owned by one event loop, which alone writes what checks find out about the server.
 */
final class ServerChecks {

  private static final Logger LOG = LoggerFactory.getLogger(ServerChecks.class);

  /** A server as one of the pools has it. */
  record Member(Pool pool, Server server) {
    boolean isSameAs(Member other) {
      return server.equals(other.server)
          || (pool.name().equals(other.pool.name()) && server.label().equals(other.server.label()));
    }
  }

  private volatile List<Member> members;
  private final ActiveCheck config;
  private CheckTarget target;
  private final LoopContext loop;
  private final Connector connector;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Consumer<Server> onDown;
  private final RiseFall riseFall;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private @Nullable Check current;
  private @Nullable Future<?> next;
  private final AtomicBoolean hastened = new AtomicBoolean();
  private Instant downSince;
  private String lastFailure;
  private long begun;
  private volatile boolean ended;

  /**
   * Checks that have not begun.
   *
   * @param known whether other checks have found out how the server is; else the first one decides
   *     alone
   */
  ServerChecks(
      List<Member> members,
      boolean known,
      ActiveCheck config,
      LoopContext loop,
      Connector connector,
      HealthChecks.Outside outside) {
    this.members = members;
    this.config = config;
    this.target = CheckTarget.of(members.getFirst().server(), config);
    this.loop = loop;
    this.connector = connector;
    this.random = outside.random().split();
    this.clock = outside.clock();
    this.onDown = outside.onDown();
    Server.State found = members.getFirst().server().state();
    this.downSince = found.since() == null ? Instant.EPOCH : found.since();
    this.lastFailure = found.reason();
    this.riseFall =
        new RiseFall(config.rise(), config.fall(), members.getFirst().server().isUp(), known);
  }

  /** Done when the first check has ended, whatever came out. */
  CompletableFuture<Void> first() {
    return first;
  }

  void start() {
    loop.loop()
        .execute(
            () -> {
              members.forEach(this::adopt);
              begin();
            });
  }

  /** In which pools the server stands. */
  List<Member> members() {
    return members;
  }

  /** Whether it asks what another check would. */
  boolean asks(ActiveCheck other) {
    return config.equals(other);
  }

  /** It is not to be checked in this pool any more; answers whether that was the last. */
  boolean leave(Server server) {
    List<Member> left = members.stream().filter(each -> !each.server().equals(server)).toList();
    if (!left.isEmpty()) {
      become(left);
    }
    return left.isEmpty();
  }

  /** It stands in these pools from now on; in those that are new it is as it was found. */
  void become(List<Member> now) {
    List<Member> before = members;
    members = now;
    CheckTarget its = CheckTarget.of(now.getFirst().server(), config);
    loop.loop()
        .execute(
            () -> {
              target = its; // that of a pool whose files are still followed
              now.stream().filter(each -> !before.contains(each)).forEach(this::adopt);
            });
  }

  private void adopt(Member member) {
    if (riseFall.isKnown() && riseFall.isUp() != member.server.isUp()) {
      if (riseFall.isUp()) {
        member.server.turnUp(clock.instant());
      } else {
        member.server.turnDown(lastFailure, downSince);
      }
    }
  }

  /** Nothing is found out any more, by a check that is under way either. */
  void stop() {
    ended = true;
    loop.loop().execute(this::end);
  }

  /**
   * The next check begins as soon as if the server were in doubt. Called from any thread; what
   * comes before the next check counts as one call.
   */
  void hasten() {
    if (config.fastInterval() != null && !hastened.getAndSet(true)) {
      Ending.of(loop.loop()).execute(this::comeForward);
    }
  }

  private void comeForward() {
    Duration fast = config.fastInterval();
    if (fast == null || next == null || !next.cancel(false)) {
      return; // a check is under way, or over for good
    }
    long pause = Math.max(0, begun + fast.toNanos() - loop.deadlines().now());
    next = loop.loop().schedule(this::begin, pause, TimeUnit.NANOSECONDS);
  }

  private void begin() {
    hastened.set(false);
    begun = loop.deadlines().now();
    current = Check.begin(target, config, loop, connector, this::onResult);
  }

  private void end() {
    if (current != null) {
      current.cancel();
    }
    if (next != null) {
      next.cancel(false);
    }
  }

  private void onResult(@Nullable String failure) {
    if (ended) {
      return;
    }
    if (failure != null) {
      learn(failure);
    }
    first.complete(null);
    long taken = loop.deadlines().now() - begun;
    long pause = Rhythm.pause(interval().toNanos(), random.nextDouble(), taken);
    next = loop.loop().schedule(this::begin, pause, TimeUnit.NANOSECONDS);
  }

  private void learn(String failure) {
    boolean good = failure.isEmpty();
    lastFailure = good ? lastFailure : failure;
    RiseFall.Change change = riseFall.next(good);
    for (Member each : members) {
      if (!good) {
        LOG.debug("pool {}: server {} failed a check: {}", each.pool.name(), each.server, failure);
      }
      switch (change) {
        case NONE -> {}
        case UP -> up(each);
        case DOWN -> down(each, failure);
      }
      each.server.checked(good); // who has seen this count sees what came of it
    }
  }

  private Duration interval() {
    if (riseFall.isInDoubt() && config.fastInterval() != null) {
      return config.fastInterval();
    }
    Duration down = riseFall.isUp() ? null : config.downInterval();
    return down == null ? config.interval() : down;
  }

  private void down(Member member, String failure) {
    downSince = clock.instant();
    member.server.turnDown(failure, downSince);
    Events.raise(
        LOG,
        EventKind.SERVER_DOWN,
        member.pool.name() + "/" + member.server,
        "pool {}: server {} is down after {}: {} ({} of {} servers left)",
        member.pool.name(),
        member.server,
        Words.count(riseFall.streak(), "failed check"),
        failure,
        member.pool.readyServers(),
        member.pool.servers().size());
    onDown.accept(member.server);
  }

  private void up(Member member) {
    Instant now = clock.instant();
    Duration down = Duration.between(downSince, now);
    member.server.turnUp(now);
    Events.raise(
        LOG,
        EventKind.SERVER_UP,
        member.pool.name() + "/" + member.server,
        "pool {}: server {} is up after {}, was down for {} ({} of {} servers)",
        member.pool.name(),
        member.server,
        Words.count(riseFall.streak(), "good check"),
        Words.of(down),
        member.pool.readyServers(),
        member.pool.servers().size());
  }
}
