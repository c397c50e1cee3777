package io.postern.runtime;

import io.postern.config.RetryConfig;
import io.postern.exchange.Snapshot;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
import io.postern.pool.Pool;
import io.postern.pool.Queue;
import io.postern.pool.Server;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The families of metrics of the pools.
 *
 * @param snapshot the config as it is when the metrics are read
 */
record PoolFamilies(Supplier<Snapshot> snapshot) {

  private static final List<String> LABELS = List.of("pool");

  void describe(Metrics metrics) {
    metrics.counters(
        "postern_pool_requests_total",
        "Requests that were to be answered by a server of the pool.",
        LABELS,
        each(pool -> pool.retryBudget().requests()));
    metrics.counters(
        "postern_pool_retries_total",
        "Retries, by what came of the attempt before.",
        List.of("pool", "reason"),
        this::collectRetries);
    metrics.counters(
        "postern_pool_retries_denied_total",
        "Retries that there were not, because the budget of the pool was used up.",
        LABELS,
        each(pool -> pool.retryBudget().denied()));
    metrics.counters(
        "postern_pool_cross_zone_bytes_total",
        "Bytes of content to and from servers that are in another zone or region than this process.",
        List.of("pool", "direction"),
        this::collectAcross);
    metrics.counters(
        "postern_pool_connections_given_up_total",
        "Idle connections to servers that were closed, for requests waited that could not use them.",
        LABELS,
        each(PoolFamilies::givenUp));
    metrics.gauges(
        "postern_pool_queue",
        "Requests that wait until a server has room.",
        LABELS,
        each(pool -> queued(pool, Queue::waiting)));
    metrics.counters(
        "postern_pool_queued_total",
        "Requests that have had to wait for that, those that wait now included.",
        LABELS,
        each(pool -> queued(pool, Queue::entered)));
  }

  private static long givenUp(Pool pool) {
    return pool.connections() == null ? 0 : pool.connections().givenUp();
  }

  private void collectAcross(Points points) {
    for (Pool pool : snapshot.get().pools().values()) {
      long sent = pool.servers().stream().mapToLong(Server::sentAcross).sum();
      long received = pool.servers().stream().mapToLong(Server::receivedAcross).sum();
      points.add(sent, pool.name(), "sent");
      points.add(received, pool.name(), "received");
    }
  }

  private void collectRetries(Points points) {
    for (Pool pool : snapshot.get().pools().values()) {
      for (RetryConfig.Reason why : RetryConfig.Reason.values()) {
        points.add(pool.retryBudget().retries(why), pool.name(), why.toString());
      }
    }
  }

  private static long queued(Pool pool, ToLongFunction<Queue> value) {
    return pool.queue() == null ? 0 : value.applyAsLong(pool.queue());
  }

  private Consumer<Points> each(ToLongFunction<Pool> value) {
    return points -> {
      for (Pool pool : snapshot.get().pools().values()) {
        points.add(value.applyAsLong(pool), pool.name());
      }
    };
  }
}
