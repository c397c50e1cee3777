package io.postern.health;

import io.netty.util.concurrent.Future;
import io.postern.config.PoolConfig.ActiveCheck;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.upstream.Connector;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of one server, one after the other, and what follows from their results.
 *
 * <p>Owned by one event loop, which alone writes the server's state.
 */
final class ServerChecks {

  private static final Logger LOG = LoggerFactory.getLogger(ServerChecks.class);

  private final Pool pool;
  private final Server server;
  private final ActiveCheck config;
  private final CheckTarget target;
  private final LoopContext loop;
  private final Connector connector;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Consumer<Server> onDown;
  private final RiseFall riseFall;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private @Nullable Check current;
  private @Nullable Future<?> next;
  private long begun;

  ServerChecks(
      Pool pool,
      Server server,
      ActiveCheck config,
      LoopContext loop,
      Connector connector,
      HealthChecks.Outside outside) {
    this.pool = pool;
    this.server = server;
    this.config = config;
    this.target = CheckTarget.of(server, config);
    this.loop = loop;
    this.connector = connector;
    this.random = outside.random().split();
    this.clock = outside.clock();
    this.onDown = outside.onDown();
    this.riseFall = new RiseFall(config.rise(), config.fall());
  }

  /** Done when the first check has ended, whatever came out. */
  CompletableFuture<Void> first() {
    return first;
  }

  void start() {
    loop.loop().execute(this::begin);
  }

  void stop() {
    loop.loop().execute(this::end);
  }

  private void begin() {
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

  private void onResult(String failure) {
    boolean good = failure.isEmpty();
    if (!good) {
      LOG.debug("pool {}: server {} failed a check: {}", pool.name(), server, failure);
    }
    switch (riseFall.next(good)) {
      case NONE -> {}
      case UP -> up();
      case DOWN -> down(failure);
    }
    server.checked(good); // who has seen this count sees what came of it
    first.complete(null);
    long taken = loop.deadlines().now() - begun;
    long pause = Rhythm.pause(config.interval().toNanos(), random.nextDouble(), taken);
    next = loop.loop().schedule(this::begin, pause, TimeUnit.NANOSECONDS);
  }

  private void down(String failure) {
    server.turn(new Server.State(false, failure, clock.instant()));
    LOG.warn(
        "pool {}: server {} is down after {}: {} ({} of {} servers left)",
        pool.name(),
        server,
        Words.count(riseFall.streak(), "failed check"),
        failure,
        pool.readyServers(),
        pool.servers().size());
    onDown.accept(server);
  }

  private void up() {
    Instant now = clock.instant();
    Instant since = server.state().since();
    Duration down = since == null ? Duration.ZERO : Duration.between(since, now);
    server.turn(new Server.State(true, "", now));
    LOG.info(
        "pool {}: server {} is up after {}, was down for {} ({} of {} servers)",
        pool.name(),
        server,
        Words.count(riseFall.streak(), "good check"),
        Words.of(down),
        pool.readyServers(),
        pool.servers().size());
  }
}
