package io.postern.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What must hold between the keys of the pools. */
final class PoolChecks {

  /** What only a check of type {@code http} has a use for. */
  private static final List<String> HTTP_ONLY = List.of("path", "host", "method", "expect");

  private PoolChecks() {}

  static void check(Config config, Report report) {
    for (PoolConfig pool : config.pools().values()) {
      checkServers(pool, report);
      checkHealth(pool.health().active(), report);
    }
    if (report.isClean("routes")) {
      warnOfUnused(config, report);
    }
  }

  private static void checkServers(PoolConfig pool, Report report) {
    Map<String, PoolConfig.Server> seen = new HashMap<>();
    for (PoolConfig.Server server : pool.servers()) {
      if (server.address().port() == 0) {
        report.problem(server.place(), "address", "has the port 0", "a port from 1 to 65535");
      }
      String address = server.address().toString().toLowerCase(Locale.ROOT);
      PoolConfig.Server first = seen.putIfAbsent(address, server);
      if (first != null) {
        String where = first.place().path() + " (line " + first.place().position().line() + ")";
        report.problem(server.place(), "address", "is that of " + where + " too", "each once");
      }
    }
    boolean idle = pool.servers().stream().allMatch(server -> server.weight() == 0);
    if (idle && report.isClean(Place.below(pool.place().path(), "servers"))) {
      report.problem(pool.place(), "servers", "all have weight 0", "one with more at least");
    }
  }

  private static void checkHealth(PoolConfig.@Nullable ActiveCheck check, Report report) {
    if (check != null && check.type() == PoolConfig.CheckType.TCP) {
      for (String key : HTTP_ONLY) {
        if (check.place().keys().containsKey(key)) {
          report.problem(
              check.place(), key, "has no use with type: tcp", "type: http, or no " + key);
        }
      }
    }
  }

  private static void warnOfUnused(Config config, Report report) {
    Set<String> used =
        config.routes().stream()
            .map(RouteConfig::pool)
            .filter(Objects::nonNull)
            .collect(Collectors.toSet());
    for (PoolConfig pool : config.pools().values()) {
      if (!used.contains(pool.name())) {
        report.warning(pool.place(), "no route leads to this pool", "");
      }
    }
  }
}
