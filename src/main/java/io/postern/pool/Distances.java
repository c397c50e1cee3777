package io.postern.pool;

import io.postern.config.PoolConfig;
import io.postern.config.ProcessConfig;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far the servers of a pool are from this process: in groups, of which the nearest is 0. The
 * tier counts first, then whether it is our zone, our region, or neither. Where nothing is said, of
 * a server or of ourselves, it is as near as can be.
 */
final class Distances {

  private static final int STEPS = 3;

  private final ProcessConfig here;
  private final List<Integer> groups;

  Distances(List<PoolConfig.Server> servers, ProcessConfig here) {
    this.here = here;
    this.groups = servers.stream().map(this::distance).distinct().sorted().toList();
  }

  /** The group of a server; there is none without one. */
  int group(PoolConfig.Server server) {
    return groups.indexOf(distance(server));
  }

  /** Whether what goes to a server leaves our zone, as far as that is said. */
  boolean isFar(PoolConfig.Server server) {
    return steps(server) > 0;
  }

  private int distance(PoolConfig.Server server) {
    return server.tier() * STEPS + steps(server);
  }

  private int steps(PoolConfig.Server server) {
    if (isElsewhere(server.region(), here.region())) {
      return 2;
    }
    return isElsewhere(server.zone(), here.zone()) ? 1 : 0;
  }

  private static boolean isElsewhere(@Nullable String there, @Nullable String ours) {
    return there != null && ours != null && !ours.isEmpty() && !Objects.equals(there, ours);
  }
}
