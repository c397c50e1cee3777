package io.postern.exchange;

import io.postern.filter.RequestIds;
import io.postern.observe.RouteMeters;
import io.postern.pool.Pool;
import io.postern.route.Route;
import io.postern.route.RouteTable;
import io.postern.shaping.Bandwidth;
import io.postern.tenant.Tenants;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that exchanges need of one version of the config; immutable, and swapped whole. An
 * exchange takes it once and keeps it to its end.
 *
 * @param tenants who may be calling
 * @param requestIds what ids requests get
 * @param pools the pools by their names; every pool of a route is there
 * @param bandwidth that of listeners where it is limited, by their names
 * @param meters what is counted of each route, in the order of the config; with one entry for each
 *     of its pools in their order, or one where it has none
 */
public record Snapshot(
    Tenants tenants,
    RequestIds requestIds,
    RouteTable routes,
    Map<String, Pool> pools,
    Map<String, Bandwidth> bandwidth,
    List<List<RouteMeters>> meters) {

  /** The same with other tenants. */
  public Snapshot with(Tenants others) {
    return new Snapshot(others, requestIds, routes, pools, bandwidth, meters);
  }

  /** What is counted of a route and one of its pools. */
  RouteMeters meters(Route route, int pool) {
    return meters.get(route.index()).get(pool);
  }

  /** That of a listener; null where it is not limited. */
  @Nullable Bandwidth bandwidth(String listener) {
    return bandwidth.get(listener);
  }

  /** A pool that a route names. */
  Pool pool(String name) {
    return Objects.requireNonNull(pools.get(name), name);
  }
}
