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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One compiling of a config, by one thread: what it has found wrong, and what it goes on from. */
final class Compilation {

  private final Config config;
  private final Instant now;
  private final @Nullable KeyLog keyLog;
  private final @Nullable Compiled before;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  private Compilation(
      Config config, Instant now, @Nullable KeyLog keyLog, @Nullable Compiled before) {
    this.config = config;
    this.now = now;
    this.keyLog = keyLog;
    this.before = before;
  }

  static Compiled first(Config config, Instant now, @Nullable KeyLog keyLog) {
    return new Compilation(config, now, keyLog, null).compiled();
  }

  static Compiled after(Compiled before, Config config, Instant now) {
    return new Compilation(config, now, before.keyLog(), before).compiled();
  }

  private Compiled compiled() {
    Map<String, ListenerTls> tls = tls();
    Parts parts = Parts.read(config, problems, warnings);
    Map<String, Pool> pools = new LinkedHashMap<>();
    for (PoolConfig each : config.pools().values()) {
      pools.put(each.name(), pool(each, parts));
    }
    RouteTable.Compiled routes =
        RouteTable.compile(config, before == null ? null : before.snapshot().routes());
    problems.addAll(routes.problems());
    warnings.addAll(routes.warnings());
    if (tls.size() == config.listeners().size() && problems.isEmpty()) {
      Coverage.check(config, tls, problems, warnings);
    }
    // Of one that follows another these are changed in place, when it is taken over.
    boolean first = before == null && problems.isEmpty();
    Snapshot snapshot =
        new Snapshot(
            first ? Tenants.of(config, parts.moreTenants(), null) : Tenants.NONE,
            RequestIds.of(config.requestId()),
            routes.table(),
            Map.copyOf(pools),
            first ? bandwidth(config, Map.of()) : Map.of(),
            meters(pools));
    return new Compiled(config, problems, warnings, snapshot, parts, tls, adminTls(), keyLog);
  }

  private Map<String, ListenerTls> tls() {
    Map<String, ListenerTls> all = new LinkedHashMap<>();
    for (ListenerConfig listener : config.listeners().values()) {
      ListenerTls made = tls(listener);
      if (made != null) {
        all.put(listener.name(), made);
      }
    }
    return all;
  }

  private @Nullable ListenerTls tls(ListenerConfig listener) {
    TlsConfig tls = listener.tls();
    return tls == null ? null : tls(tls, before == null ? null : before.tls().get(listener.name()));
  }

  private @Nullable ListenerTls adminTls() {
    TlsConfig tls = config.admin() == null ? null : config.admin().tls();
    return tls == null ? null : tls(tls, before == null ? null : before.adminTls());
  }

  private @Nullable ListenerTls tls(TlsConfig tls, @Nullable ListenerTls running) {
    return running != null && running.isBy(tls)
        ? running
        : ListenerTls.compile(tls, now, keyLog, running, problems, warnings);
  }

  private Pool pool(PoolConfig pool, Parts parts) {
    PoolConfig was = before == null ? null : before.config().pools().get(pool.name());
    if (before == null || was == null) {
      return Pool.of(pool, parts.serversOf(pool), config.process(), tls(pool, null, null));
    }
    Pool running = Objects.requireNonNull(before.snapshot().pools().get(pool.name()));
    return was.equals(pool) ? running : running.with(was, pool, tls(pool, was, running));
  }

  private @Nullable UpstreamTls tls(
      PoolConfig pool, @Nullable PoolConfig was, @Nullable Pool running) {
    if (pool.tls() == null) {
      return null;
    }
    boolean same = was != null && pool.tls().equals(was.tls()) && pool.protocol() == was.protocol();
    return same && running != null
        ? running.dialect().tls()
        : UpstreamTls.compile(pool, now, keyLog, problems, warnings);
  }

  /**
   * That of the listeners where it is limited, which those before go on with.
   *
   * @param before changed where it is another now, and given up where it is none
   */
  static Map<String, Bandwidth> bandwidth(Config config, Map<String, Bandwidth> before) {
    Map<String, Bandwidth> limited = new LinkedHashMap<>();
    for (ListenerConfig listener : config.listeners().values()) {
      Bandwidth known = before.get(listener.name());
      Bandwidth bandwidth = known == null ? new Bandwidth(new Waits()) : known;
      bandwidth.limit(listener.limits().bandwidth());
      if (bandwidth.isLimited()) {
        limited.put(listener.name(), bandwidth);
      }
    }
    before.forEach(
        (name, each) -> {
          if (!limited.containsKey(name)) {
            each.limit(null);
          }
        });
    return Collections.unmodifiableMap(limited);
  }

  private List<List<RouteMeters>> meters(Map<String, Pool> pools) {
    Map<String, List<RouteMeters>> known = known();
    return config.routes().stream()
        .map(
            route -> {
              List<RouteMeters> running = known.get(route.name());
              return running == null ? meters(route, pools) : running;
            })
        .toList();
  }

  /** Those of routes that lead to the same pools as before, and go on. */
  private Map<String, List<RouteMeters>> known() {
    if (before == null) {
      return Map.of();
    }
    Map<String, List<String>> pools = new LinkedHashMap<>();
    config.routes().forEach(route -> pools.put(route.name(), route.pools()));
    Map<String, List<RouteMeters>> known = new LinkedHashMap<>();
    List<RouteConfig> routes = before.config().routes();
    for (int i = 0; i < routes.size(); i++) {
      if (routes.get(i).pools().equals(pools.get(routes.get(i).name()))) {
        known.put(routes.get(i).name(), before.snapshot().meters().get(i));
      }
    }
    return known;
  }

  private static List<RouteMeters> meters(RouteConfig route, Map<String, Pool> pools) {
    List<RouteMeters> ofRoute = new ArrayList<>();
    for (String name : route.pools()) {
      Pool pool = pools.get(name);
      List<String> servers = listed(pool);
      ofRoute.add(
          ofRoute.isEmpty()
              ? new RouteMeters(route.name(), name, servers)
              : ofRoute.getFirst().besides(name, servers));
    }
    return ofRoute.isEmpty() ? List.of(new RouteMeters(route.name(), null, List.of())) : ofRoute;
  }

  /** Those that have stayed since the first config; others may go, and come back as others. */
  private static List<String> listed(@Nullable Pool pool) {
    if (pool == null || pool.discovery() != null) {
      return List.of();
    }
    List<String> labels = new ArrayList<>();
    for (Server server : pool.servers()) {
      if (server.index() != labels.size()) {
        return List.of();
      }
      labels.add(server.label());
    }
    return List.copyOf(labels);
  }
}
