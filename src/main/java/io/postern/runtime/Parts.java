package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.DiscoveryConfig;
import io.postern.config.PartReader;
import io.postern.config.PoolConfig;
import io.postern.config.Problem;
import io.postern.config.TenantConfig;
import io.postern.files.PartWatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that hold parts of a config.
 *
 * @param servers those that list the servers of pools, by the names of these
 * @param tenants that of the tenants; null where there is none
 */
record Parts(
    Map<String, PartWatch<List<PoolConfig.Server>>> servers,
    @Nullable PartWatch<Map<String, TenantConfig>> tenants) {

  /** Reads them; may block. */
  static Parts read(Config config, List<Problem> problems, List<Problem> warnings) {
    Map<String, PartWatch<List<PoolConfig.Server>>> servers = new LinkedHashMap<>();
    for (PoolConfig pool : config.pools().values()) {
      DiscoveryConfig discovery = pool.discovery();
      if (discovery != null && discovery.file() != null) {
        PartWatch<List<PoolConfig.Server>> watch =
            PartWatch.of(discovery.file(), () -> PartReader.servers(pool, config.process()));
        report(watch, problems, warnings);
        servers.put(pool.name(), watch);
      }
    }
    PartWatch<Map<String, TenantConfig>> tenants =
        config.tenantsFile() == null
            ? null
            : PartWatch.of(config.tenantsFile(), () -> PartReader.tenants(config));
    if (tenants != null) {
      report(tenants, problems, warnings);
    }
    return new Parts(Map.copyOf(servers), tenants);
  }

  private static void report(PartWatch<?> watch, List<Problem> problems, List<Problem> warnings) {
    problems.addAll(watch.first().problems());
    warnings.addAll(watch.first().warnings());
  }

  /** The tenants that a file has beside those of the config. */
  Map<String, TenantConfig> moreTenants() {
    return tenants == null ? Map.of() : tenants.first().content();
  }

  /** The servers of a pool that are known before anything is looked for. */
  List<PoolConfig.Server> serversOf(PoolConfig pool) {
    PartWatch<List<PoolConfig.Server>> watch = servers.get(pool.name());
    return watch == null ? pool.servers() : watch.first().content();
  }
}
