package io.postern.runtime;

import io.postern.exchange.Snapshot;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
import io.postern.shaping.Bandwidth;
import io.postern.tenant.Tenant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What is measured of tenants beside their exchanges.
 *
 * @param snapshot the tenants of now
 */
record TenantFamilies(Supplier<Snapshot> snapshot) {

  private static final List<String> LABELS = List.of("tenant");

  void describe(Metrics metrics) {
    metrics.gauges(
        "postern_tenant_connections",
        "Connections that a tenant has open, on all listeners.",
        LABELS,
        each((tenant, points) -> points.add(tenant.connections().underway(), name(tenant))));
    metrics.gauges(
        "postern_tenant_requests_active",
        "Requests of a tenant that are in flight.",
        LABELS,
        each((tenant, points) -> points.add(tenant.requests().underway(), name(tenant))));
    metrics.counters(
        "postern_tenant_requests_refused_total",
        "Requests of a tenant that were answered 429, by the limit that was reached.",
        List.of("tenant", "limit"),
        each(
            (tenant, points) -> {
              points.add(tenant.requests().tooMany(), name(tenant), "concurrent");
              points.add(tenant.requests().tooFast(), name(tenant), "rate");
            }));
    describeBandwidth(metrics);
  }

  private void describeBandwidth(Metrics metrics) {
    metrics.counters(
        "postern_tenant_bandwidth_waits_total",
        "How often a request or a message of a tenant had to wait for the bandwidth of the tenant.",
        List.of("tenant", "direction"),
        each(
            (tenant, points) -> {
              Bandwidth bandwidth = tenant.bandwidth();
              if (bandwidth != null) {
                points.add(bandwidth.received().waits(), name(tenant), "received");
                points.add(bandwidth.sent().waits(), name(tenant), "sent");
              }
            }));
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
                      points.add(bandwidth.received().waits(), listener, "received");
                      points.add(bandwidth.sent().waits(), listener, "sent");
                    }));
  }

  private static String name(Tenant tenant) {
    return tenant.name().toString();
  }

  private Consumer<Points> each(BiConsumer<Tenant, Points> collect) {
    return points -> snapshot.get().tenants().all().forEach(each -> collect.accept(each, points));
  }
}
