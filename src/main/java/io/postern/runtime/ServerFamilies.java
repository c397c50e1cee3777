package io.postern.runtime;

import io.postern.exchange.Snapshot;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The families of metrics of the servers.
 *
 * @param snapshot the config as it is when the metrics are read
 */
record ServerFamilies(Supplier<Snapshot> snapshot) {

  private static final List<String> LABELS = List.of("pool", "server");

  void describe(Metrics metrics) {
    metrics.counters(
        "postern_server_attempts_total",
        "How often a server was chosen.",
        LABELS,
        each(Server::exchanges));
    metrics.counters(
        "postern_server_faults_total",
        "Faults that a server is to blame for, those included after which another server answered.",
        LABELS,
        each(Server::faults));
    metrics.gauges(
        "postern_server_exchanges_active",
        "Exchanges that have chosen a server and are not done with it.",
        LABELS,
        each(Server::inFlight));
    metrics.gauges(
        "postern_server_connections",
        "Connections to a server that are open, in use or not.",
        LABELS,
        each(Server::connections));
    metrics.gauges(
        "postern_server_connections_idle",
        "Connections to a server that are kept for later.",
        LABELS,
        each(Server::idleConnections));
  }

  private Consumer<Points> each(ToLongFunction<Server> value) {
    return points -> {
      for (Pool pool : snapshot.get().pools().values()) {
        for (Server server : pool.servers()) {
          points.add(value.applyAsLong(server), pool.name(), server.label());
        }
      }
    };
  }
}
