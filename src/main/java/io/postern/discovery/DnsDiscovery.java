package io.postern.discovery;

import io.netty.util.concurrent.Future;
import io.postern.config.DiscoveryConfig;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Roster.Found;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the servers of one pool in DNS, again and again.
 *
 * <p>Owned by one event loop, which alone changes the servers of the pool.
 */
final class DnsDiscovery implements Finding {

  private final Pool pool;
  private final DiscoveryConfig config;
  private final LoopContext loop;
  private final DnsClient client;
  private final Lookup lookup;
  private final Takeover takeover;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private @Nullable Future<?> next;
  private boolean ended;

  DnsDiscovery(
      Pool pool,
      DiscoveryConfig config,
      LoopContext loop,
      DnsClient.Channels channels,
      Takeover takeover) {
    this.pool = pool;
    this.config = config;
    this.loop = loop;
    this.takeover = takeover;
    client = new DnsClient(loop.loop(), channels, config);
    lookup = new Lookup(client, config);
  }

  @Override
  public CompletableFuture<Void> start() {
    loop.loop().execute(this::look);
    return first;
  }

  @Override
  public Future<?> stop() {
    return loop.loop()
        .submit(
            () -> {
              ended = true;
              if (next != null) {
                next.cancel(false);
              }
              client.close();
              first.complete(null); // nobody waits for what is not looked for
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
      takeover.onNothing(cause == null ? "no answer" : String.valueOf(cause.getMessage()));
    } else if (answer.records().isEmpty()) {
      takeover.onNothing(config.dns() + " has no such records");
    } else {
      List<Found> found = answer.records();
      takeover.onFound((at, before) -> pool.discovered(found, at, before));
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
}
