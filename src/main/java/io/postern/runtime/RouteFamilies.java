package io.postern.runtime;

import io.postern.exchange.Snapshot;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
import io.postern.route.Mirror;
import io.postern.route.Route;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is measured of routes beside their exchanges.
 *
 * @param snapshot the routes of now
 */
record RouteFamilies(Supplier<Snapshot> snapshot) {

  void describe(Metrics metrics) {
    metrics.counters(
        "postern_mirrored_requests_total",
        "Copies of the requests of a route for another pool, by what became of them.",
        List.of("route", "pool", "outcome"),
        this::collectMirrored);
  }

  private void collectMirrored(Points points) {
    for (Route route : snapshot.get().routes().all()) {
      Mirror mirror = route.mirror();
      if (mirror != null) {
        mirror.meters().collect(points);
      }
    }
  }
}
