package io.postern.runtime;

import io.postern.exchange.Snapshot;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
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
  }

  private static String name(Tenant tenant) {
    return tenant.name().toString();
  }

  private Consumer<Points> each(BiConsumer<Tenant, Points> collect) {
    return points -> snapshot.get().tenants().all().forEach(each -> collect.accept(each, points));
  }
}
