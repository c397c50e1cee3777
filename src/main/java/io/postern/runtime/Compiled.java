package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.ListenerConfig;
import io.postern.config.PoolConfig;
import io.postern.config.Problem;
import io.postern.config.RouteConfig;
import io.postern.config.TlsConfig;
import io.postern.exchange.Snapshot;
import io.postern.filter.RequestIds;
import io.postern.observe.RouteMeters;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.route.RouteTable;
import io.postern.shaping.Bandwidth;
import io.postern.shaping.Waits;
import io.postern.tenant.Tenants;
import io.postern.tls.KeyLog;
import io.postern.tls.ListenerTls;
import io.postern.tls.UpstreamTls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A config with every room's part compiled, and what the rooms found wrong: what {@code check}
 * reports and {@code run} starts from.
 *
 * @param problems what keeps it from running; where there are any, the rest is not complete
 * @param warnings what runs and is likely not meant
 * @param parts the files that hold parts of the config, to be followed
 * @param tls by listener, for those with TLS
 * @param keyLog told the secrets of TLS connections; null where nobody is. Stays its maker's to
 *     close
 */
public record Compiled(
    List<Problem> problems,
    List<Problem> warnings,
    Snapshot snapshot,
    Parts parts,
    Map<String, ListenerTls> tls,
    @Nullable KeyLog keyLog) {

  /**
   * Compiles a config; reads its certificates, so it may block. Whoever does not start it has to
   * {@link #close} it.
   *
   * @param now when the certificates have to be valid
   */
  public static Compiled of(Config config, Instant now) {
    return of(config, now, null);
  }

  /** The same, and the secrets of its TLS connections are told to somebody. */
  public static Compiled of(Config config, Instant now, @Nullable KeyLog keyLog) {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    Map<String, ListenerTls> ofListeners = new LinkedHashMap<>();
    for (ListenerConfig listener : config.listeners().values()) {
      TlsConfig tls = listener.tls();
      ListenerTls made =
          tls == null ? null : ListenerTls.compile(tls, now, keyLog, problems, warnings);
      if (made != null) {
        ofListeners.put(listener.name(), made);
      }
    }
    Parts parts = Parts.read(config, problems, warnings);
    Map<String, Pool> pools = new LinkedHashMap<>();
    for (PoolConfig pool : config.pools().values()) {
      UpstreamTls tls =
          pool.tls() == null ? null : UpstreamTls.compile(pool, now, keyLog, problems, warnings);
      pools.put(pool.name(), Pool.of(pool, parts.serversOf(pool), config.process(), tls));
    }
    RouteTable.Compiled routes = RouteTable.compile(config);
    problems.addAll(routes.problems());
    warnings.addAll(routes.warnings());
    if (ofListeners.size() == config.listeners().size() && problems.isEmpty()) {
      Coverage.check(config, ofListeners, problems, warnings);
    }
    return new Compiled(
        problems,
        warnings,
        new Snapshot(
            Tenants.of(config, problems.isEmpty() ? parts.moreTenants() : Map.of(), null),
            RequestIds.of(config.requestId()),
            routes.table(),
            Map.copyOf(pools),
            bandwidth(config),
            meters(config, pools)),
        parts,
        ofListeners,
        keyLog);
  }

  private static Map<String, Bandwidth> bandwidth(Config config) {
    Map<String, Bandwidth> limited = new LinkedHashMap<>();
    for (ListenerConfig listener : config.listeners().values()) {
      Bandwidth bandwidth = new Bandwidth(new Waits());
      bandwidth.limit(listener.limits().bandwidth());
      if (bandwidth.isLimited()) {
        limited.put(listener.name(), bandwidth);
      }
    }
    return Collections.unmodifiableMap(limited);
  }

  private static List<List<RouteMeters>> meters(Config config, Map<String, Pool> pools) {
    List<List<RouteMeters>> meters = new ArrayList<>();
    for (RouteConfig route : config.routes()) {
      List<RouteMeters> ofRoute = new ArrayList<>();
      for (String name : route.pools()) {
        Pool pool = pools.get(name);
        List<String> servers = listed(pool);
        ofRoute.add(
            ofRoute.isEmpty()
                ? new RouteMeters(route.name(), name, servers)
                : ofRoute.getFirst().besides(name, servers));
      }
      meters.add(
          ofRoute.isEmpty() ? List.of(new RouteMeters(route.name(), null, List.of())) : ofRoute);
    }
    return List.copyOf(meters);
  }

  /** Those that stay as long as the config; who is found may go, and come back as another. */
  private static List<String> listed(@Nullable Pool pool) {
    return pool == null || pool.discovery() != null
        ? List.of()
        : pool.servers().stream().map(Server::label).toList();
  }

  /** Gives up the certificates of a config that is not going to run, or runs no more. */
  public void close() {
    tls.values().forEach(ListenerTls::close);
    for (Pool pool : snapshot.pools().values()) {
      UpstreamTls upstream = pool.dialect().tls();
      if (upstream != null) {
        upstream.close();
      }
    }
  }
}
