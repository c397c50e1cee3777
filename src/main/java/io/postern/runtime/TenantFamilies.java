package io.postern.runtime;

import io.postern.exchange.Snapshot;
import io.postern.observe.ExchangeMeters;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
import io.postern.shaping.Waits;
import io.postern.shaping.Way;
import io.postern.tenant.Tenant;
import io.postern.tenant.Tenants;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * What is measured of tenants beside their exchanges.
 *
 * @param snapshot the tenants of now
 */
record TenantFamilies(Supplier<Snapshot> snapshot) {

  private static final List<String> LABELS = List.of("tenant");

  void describe(Metrics metrics) {
    metrics.gauges(
        "postern_tenants",
        "Tenants that there are.",
        List.of(),
        points -> points.add(snapshot.get().tenants().all().size()));
    metrics.gauges(
        "postern_tenant_connections",
        "Connections that a tenant has open, on all listeners.",
        LABELS,
        each(tenant -> tenant.connections().underway(), 0));
    metrics.gauges(
        "postern_tenant_requests_active",
        "Requests of a tenant that are in flight.",
        LABELS,
        each(tenant -> tenant.requests().underway(), 0));
    metrics.counters(
        "postern_tenant_requests_refused_total",
        "Requests of a tenant that were answered 429, by the limit that was reached.",
        List.of("tenant", "limit"),
        points -> {
          Tenants.Refused gone = snapshot.get().tenants().refusedToGone();
          each(tenant -> tenant.requests().tooMany(), gone.tooMany(), "concurrent").accept(points);
          each(tenant -> tenant.requests().tooFast(), gone.tooFast(), "rate").accept(points);
        });
    describeBandwidth(metrics);
  }

  private void describeBandwidth(Metrics metrics) {
    metrics.counters(
        "postern_tenant_bandwidth_waits_total",
        "How often a request or a message of a tenant had to wait for the bandwidth of the tenant.",
        List.of("tenant", "direction"),
        points -> {
          waits(points, Way.RECEIVED, "received");
          waits(points, Way.SENT, "sent");
        });
    metrics.counters(
        "postern_listener_bandwidth_waits_total",
        "How often a request or a message had to wait for the bandwidth of its listener.",
        List.of("listener", "direction"),
        points ->
            snapshot
                .get()
                .bandwidth()
                .forEach(
                    (listener, bandwidth) -> {
                      points.add(bandwidth.waits().sum(Way.RECEIVED), listener, "received");
                      points.add(bandwidth.waits().sum(Way.SENT), listener, "sent");
                    }));
  }

  /** All others count on the same, so that it does not go back when one of them is gone. */
  private void waits(Points points, Way way, String label) {
    Waits others = snapshot.get().tenants().waitsOfOthers();
    each(
            tenant -> {
              Waits own = tenant.bandwidth().waits();
              return own == others ? 0 : own.sum(way);
            },
            others.sum(way),
            label)
        .accept(points);
  }

  /** Each for itself as far as they are counted so; all others together, those gone included. */
  private Consumer<Points> each(ToLongFunction<Tenant> value, long gone, String... labels) {
    return points -> {
      Tenants tenants = snapshot.get().tenants();
      long others = gone;
      for (Tenant tenant : tenants.all()) {
        if (tenant.index() < Tenants.MOST_COUNTED) {
          points.add(value.applyAsLong(tenant), labels(tenant.name().toString(), labels));
        } else {
          others += value.applyAsLong(tenant);
        }
      }
      if (tenants.counted().size() == Tenants.MOST_COUNTED) {
        points.add(others, labels(ExchangeMeters.OTHERS, labels));
      }
    };
  }

  private static String[] labels(String tenant, String... more) {
    return Stream.concat(Stream.of(tenant), Stream.of(more)).toArray(String[]::new);
  }
}
