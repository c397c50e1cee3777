package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.DiscoveryConfig;
import io.postern.config.PartReader;
import io.postern.config.PoolConfig;
import io.postern.config.Problem;
import io.postern.files.PartWatch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that hold parts of a config.
 *
 * @param servers those that list the servers of pools, by the names of these
 */
record Parts(Map<String, PartWatch<List<PoolConfig.Server>>> servers) {

  /** Reads them; may block. */
  static Parts read(Config config, List<Problem> problems, List<Problem> warnings) {
    Map<String, PartWatch<List<PoolConfig.Server>>> servers = new LinkedHashMap<>();
    for (PoolConfig pool : config.pools().values()) {
      DiscoveryConfig discovery = pool.discovery();
      if (discovery != null && discovery.file() != null) {
        PartWatch<List<PoolConfig.Server>> watch =
            PartWatch.of(discovery.file(), () -> PartReader.servers(pool, config.process()));
        problems.addAll(watch.first().problems());
        warnings.addAll(watch.first().warnings());
        servers.put(pool.name(), watch);
      }
    }
    return new Parts(Map.copyOf(servers));
  }

  /** The servers of a pool that are known before anything is looked for. */
  List<PoolConfig.Server> serversOf(PoolConfig pool) {
    PartWatch<List<PoolConfig.Server>> watch = servers.get(pool.name());
    return watch == null ? pool.servers() : watch.first().content();
  }
}
