package io.postern.exchange;

import io.postern.pool.Pool;
import io.postern.route.RouteTable;
import io.postern.tenant.Tenants;
import java.util.Map;
import java.util.Objects;

/**
 * Everything that exchanges need of one version of the config; immutable, and swapped whole. An
 * exchange takes it once and keeps it to its end.
 *
 * @param tenants who may be calling
 * @param pools the pools by their names; every pool of a route is there
 */
public record Snapshot(Tenants tenants, RouteTable routes, Map<String, Pool> pools) {

  /** A pool that a route names. */
  Pool pool(String name) {
    return Objects.requireNonNull(pools.get(name), name);
  }
}
