package io.postern.discovery;

import io.netty.util.concurrent.Future;
import io.postern.config.DiscoveryConfig;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Roster.Found;
import io.postern.pool.Server;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for the servers of one pool, again and again.
 *
 * <p>Owned by one event loop, which alone changes the servers of the pool.
 */
final class PoolDiscovery {

  private static final Logger LOG = LoggerFactory.getLogger(PoolDiscovery.class);

  private final Pool pool;
  private final DiscoveryConfig config;
  private final LoopContext loop;
  private final DnsClient client;
  private final Lookup lookup;
  private final Discovery.Listener listener;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private @Nullable Future<?> next;
  private String trouble = "";
  private boolean ended;

  PoolDiscovery(
      Pool pool,
      DiscoveryConfig config,
      LoopContext loop,
      DnsClient.Channels channels,
      Discovery.Listener listener) {
    this.pool = pool;
    this.config = config;
    this.loop = loop;
    this.listener = listener;
    client = new DnsClient(loop.loop(), channels, config);
    lookup = new Lookup(client, config);
  }

  /** Done when the first look-up has ended, whatever came out, and was told. */
  CompletableFuture<Void> first() {
    return first;
  }

  void start() {
    loop.loop().execute(this::look);
  }

  void stop() {
    loop.loop()
        .execute(
            () -> {
              ended = true;
              if (next != null) {
                next.cancel(false);
              }
              client.close();
            });
  }

  private void look() {
    lookup.begin().whenComplete((answer, failure) -> onAnswer(answer, failure));
  }

  private void onAnswer(@Nullable Answer<Found> answer, @Nullable Throwable failure) {
    if (ended) {
      return;
    }
    long seconds = 0;
    if (answer == null) {
      Throwable cause =
          failure instanceof CompletionException && failure.getCause() != null
              ? failure.getCause()
              : failure;
      onNothing(cause == null ? "no answer" : String.valueOf(cause.getMessage()));
    } else if (answer.records().isEmpty()) {
      onNothing(config.dns() + " has no such records");
    } else {
      onFound(answer.records());
      seconds = answer.ttl();
    }
    first.complete(null);
    long pause = pause(seconds, config.minTtl(), config.maxTtl());
    next = loop.loop().schedule(this::look, pause, TimeUnit.NANOSECONDS);
  }

  /** How long an answer of so many seconds holds, in nanoseconds. */
  static long pause(long seconds, Duration least, Duration most) {
    return seconds > most.toSeconds()
        ? most.toNanos()
        : Math.clamp(Duration.ofSeconds(seconds).toNanos(), least.toNanos(), most.toNanos());
  }

  private void onNothing(String why) {
    pool.roster().notFound();
    if (!why.equals(trouble)) {
      LOG.warn(
          "pool {}: its servers are not found, and the {} of before stay: {}",
          pool.name(),
          pool.servers().size(),
          why);
    }
    trouble = why;
  }

  private void onFound(List<Found> found) {
    if (!trouble.isEmpty()) {
      LOG.info("pool {}: its servers are found again", pool.name());
      trouble = "";
    }
    Roster.Change change = pool.discovered(found, added -> listener.beforeAdded(pool, added));
    if (!change.isNone()) {
      LOG.info(
          "pool {}: {} servers, {} new {}, {} gone {}",
          pool.name(),
          pool.servers().size(),
          change.added().size(),
          labels(change.added()),
          change.removed().size(),
          labels(change.removed()));
      listener.onChanged(pool, change);
    }
  }

  private static List<String> labels(List<Server> servers) {
    return servers.stream().map(Server::label).toList();
  }
}
