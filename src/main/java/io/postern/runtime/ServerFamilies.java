package io.postern.runtime;

import io.postern.exchange.Snapshot;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.tls.UpstreamTls;
import java.util.List;
import java.util.Locale;
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
        "postern_server_streams",
        "Streams that are open on HTTP/2 connections to a server.",
        LABELS,
        each(Server::streams));
    metrics.counters(
        "postern_server_sent_away_total",
        "HTTP/2 connections to a server that were closed, for it did too much that well-behaved ones do seldom.",
        LABELS,
        each(Server::timesSentAway));
    describeConnections(metrics);
    describeTls(metrics);
    describeDiscovery(metrics);
    describeStates(metrics);
    describeHealth(metrics);
  }

  private void describeConnections(Metrics metrics) {
    metrics.gauges(
        "postern_server_connections",
        "Connections to a server that are open, in use or not.",
        LABELS,
        each(Server::connections));
    metrics.counters(
        "postern_server_connections_opened_total",
        "Connections to a server that were opened, without those of checks.",
        LABELS,
        each(Server::connectionsOpened));
    metrics.gauges(
        "postern_server_connections_idle",
        "Connections to a server that are kept for later.",
        LABELS,
        each(Server::idleConnections));
  }

  private void describeDiscovery(Metrics metrics) {
    metrics.gauges(
        "postern_pool_servers",
        "Servers that a pool has.",
        List.of("pool"),
        points ->
            snapshot
                .get()
                .pools()
                .forEach((name, pool) -> points.add(pool.servers().size(), name)));
    metrics.counters(
        "postern_pool_discovery_lookups_total",
        "How often the servers of a pool were looked for in DNS, or read from a changed file, by whether they were taken over.",
        List.of("pool", "found"),
        points -> {
          for (Pool pool : snapshot.get().pools().values()) {
            if (pool.discovery() != null) {
              points.add(pool.roster().answers(), pool.name(), "true");
              points.add(pool.roster().failures(), pool.name(), "false");
            }
          }
        });
    metrics.counters(
        "postern_pool_discovery_changes_total",
        "How often servers of a pool came or went, or became others in weight, state or distance.",
        List.of("pool"),
        points -> {
          for (Pool pool : snapshot.get().pools().values()) {
            if (pool.discovery() != null) {
              points.add(pool.roster().changes(), pool.name());
            }
          }
        });
  }

  private void describeTls(Metrics metrics) {
    metrics.counters(
        "postern_server_tls_handshakes_total",
        "TLS handshakes with a server that ended well, by whether they resumed a session.",
        List.of("pool", "server", "resumed"),
        ofTls(
            (pool, _, points) -> {
              for (Server server : pool.servers()) {
                points.add(server.handshakes(false), pool.name(), server.label(), "false");
                points.add(server.handshakes(true), pool.name(), server.label(), "true");
              }
            }));
    metrics.gauges(
        "postern_pool_tls_certificate_expiry_timestamp_seconds",
        "When the certificate that servers are shown expires, in seconds since 1970.",
        List.of("pool", "certificate"),
        ofTls(
            (pool, tls, points) -> {
              UpstreamTls.Shown shown = tls.shown();
              if (shown != null) {
                points.add(shown.expires().getEpochSecond(), pool.name(), shown.file());
              }
            }));
    metrics.counters(
        "postern_pool_tls_swaps_total",
        "How often changed authorities or a changed certificate for servers were taken over.",
        List.of("pool"),
        ofTls((pool, tls, points) -> points.add(tls.swaps(), pool.name())));
    metrics.counters(
        "postern_pool_tls_refusals_total",
        "How often they were refused, and those of before stayed in use.",
        List.of("pool"),
        ofTls((pool, tls, points) -> points.add(tls.refusals(), pool.name())));
  }

  private interface OfTls {
    void collect(Pool pool, UpstreamTls tls, Points points);
  }

  private Consumer<Points> ofTls(OfTls collect) {
    return points -> {
      for (Pool pool : snapshot.get().pools().values()) {
        UpstreamTls tls = pool.dialect().tls();
        if (tls != null) {
          collect.collect(pool, tls, points);
        }
      }
    };
  }

  private void describeStates(Metrics metrics) {
    metrics.gauges(
        "postern_server_up",
        "1 where a server may be chosen, else 0.",
        LABELS,
        each(server -> server.isUsable() ? 1 : 0));
    metrics.gauges(
        "postern_server_state",
        "1 for the state that a server is in, 0 for the others.",
        List.of("pool", "server", "state"),
        points -> {
          for (Pool pool : snapshot.get().pools().values()) {
            pool.servers().forEach(server -> collectState(pool, server, points));
          }
        });
    metrics.gauges(
        "postern_server_overridden",
        "1 while an operator says something of a server in place of the config, else 0.",
        LABELS,
        each(server -> server.override() == null ? 0 : 1));
  }

  private void describeHealth(Metrics metrics) {
    metrics.counters(
        "postern_server_ejections_total",
        "How often a server was ejected, for its exchanges failed.",
        LABELS,
        each(Server::ejections));
    metrics.counters(
        "postern_server_checks_passed_total",
        "Health checks of a server that it passed.",
        LABELS,
        each(Server::checksPassed));
    metrics.counters(
        "postern_server_checks_failed_total",
        "Health checks of a server that it failed.",
        LABELS,
        each(Server::checksFailed));
    metrics.counters(
        "postern_server_transitions_total",
        "How often a server went down or came back.",
        LABELS,
        each(Server::transitions));
  }

  private static void collectState(Pool pool, Server server, Points points) {
    Server.Standing now = server.state().standing();
    for (Server.Standing each : Server.Standing.values()) {
      String state = each.name().toLowerCase(Locale.ROOT);
      points.add(each == now ? 1 : 0, pool.name(), server.label(), state);
    }
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
