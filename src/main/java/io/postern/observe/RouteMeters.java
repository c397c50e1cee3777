package io.postern.observe;

import io.postern.http.GrpcStatus;
import io.postern.observe.Metrics.Points;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of the exchanges of one route. Made when the config is compiled and reached from
 * there by reference, so that an exchange looks nothing up by its name. Shared by all event loops:
 * nothing but counters.
 */
public final class RouteMeters {

  private static final int MOST_LATER = 1000;
  private static final String OTHERS = "others";

  private final String route;
  private final String pool;
  private final List<String> servers;

  /** By the index of the server; the last is for exchanges without one. */
  private final ExchangeCounters[] exchanges;

  /** Those of servers that were found later, by their names. */
  private final Map<String, ExchangeCounters> later = new ConcurrentHashMap<>();

  private final Histogram durations = Histogram.ofExchanges();
  private final Histogram connects = Histogram.ofConnects();
  private final Histogram responses = Histogram.ofExchanges();
  private final LongAdder active;

  /** Whether it tells what all pools of its route are counted in together. */
  private final boolean first;

  private final LongAdder retries = new LongAdder();
  private final Counters<GrpcStatus> calls = new Counters<>(GrpcStatus.class);

  /**
   * All at 0.
   *
   * @param route its name in the config; empty for exchanges that no route matched
   * @param pool where it leads to; null where it is answered without one
   * @param servers the servers of the pool, each at its index, as far as the config has them
   */
  public RouteMeters(String route, @Nullable String pool, List<String> servers) {
    this(route, pool, servers, new LongAdder(), true);
  }

  private RouteMeters(
      String route, @Nullable String pool, List<String> servers, LongAdder active, boolean first) {
    this.route = route;
    this.pool = pool == null ? "" : pool;
    this.active = active;
    this.first = first;
    this.servers = List.copyOf(servers);
    exchanges =
        Stream.generate(ExchangeCounters::new)
            .limit(servers.size() + 1L)
            .toArray(ExchangeCounters[]::new);
  }

  /** All at 0, of another pool that the same route leads to. */
  public RouteMeters besides(String another, List<String> itsServers) {
    return new RouteMeters(route, another, itsServers, active, false);
  }

  /** An exchange takes this route. */
  public void begun() {
    active.increment();
  }

  void count(ExchangeRecord record) {
    active.decrement();
    int server = record.serverIndex;
    if (server < servers.size() || record.server == null) {
      exchanges[server < 0 ? servers.size() : server].count(record);
    } else {
      later(record.server).count(record);
    }
    if (record.headStarted != 0) {
      durations.record(record.finished - record.headStarted);
    }
    if (record.grpcStatus != null) {
      calls.increment(record.grpcStatus);
    }
    if (record.attempts > 1) {
      retries.add(record.attempts - 1L);
    }
    if (record.connected != 0) {
      countServer(record);
    }
  }

  /** Names that come and go are many in a month; beyond so many they are counted as one. */
  private ExchangeCounters later(String server) {
    ExchangeCounters known = later.get(server);
    if (known != null) {
      return known;
    }
    int again = servers.indexOf(server); // it had gone, and has come back
    String name = again >= 0 || later.size() < MOST_LATER ? server : OTHERS;
    return later.computeIfAbsent(
        name, any -> again >= 0 ? exchanges[again] : new ExchangeCounters());
  }

  private void countServer(ExchangeRecord record) {
    if (!record.reused) {
      connects.record(record.connected - record.picked);
    }
    if (record.responded != 0) {
      responses.record(record.responded - record.connected);
    }
  }

  /** Gives something of what is counted for each server; route, pool and server are labels. */
  void collect(ExchangeCounters.Collector what, Points points) {
    for (int i = 0; i < servers.size(); i++) {
      what.collect(exchanges[i], points, route, pool, servers.get(i));
    }
    what.collect(exchanges[servers.size()], points, route, pool, "");
    later.forEach(
        (server, counted) -> {
          if (!servers.contains(server)) {
            what.collect(counted, points, route, pool, server);
          }
        });
  }

  void collectActive(Points points) {
    if (first && !route.isEmpty()) {
      points.add(active.sum(), route);
    }
  }

  void collectRetries(Points points) {
    if (leadsToPool()) {
      points.add(retries.sum(), route, pool);
    }
  }

  void collectCalls(Points points) {
    for (GrpcStatus status : GrpcStatus.values()) {
      long count = calls.of(status);
      // Most routes have no calls, and few calls have most of them; of this one, 0 is told.
      if (count > 0 || status == GrpcStatus.OK) {
        points.add(count, route, pool, Counters.label(status));
      }
    }
  }

  void collectDurations(Metrics.Histograms histograms) {
    histograms.add(durations, route, pool);
  }

  void collectConnects(Metrics.Histograms histograms) {
    if (leadsToPool()) {
      histograms.add(connects, route, pool);
    }
  }

  void collectResponses(Metrics.Histograms histograms) {
    if (leadsToPool()) {
      histograms.add(responses, route, pool);
    }
  }

  private boolean leadsToPool() {
    return !pool.isEmpty();
  }
}
