package io.postern.runtime;

import io.postern.observe.Metrics;
import io.postern.observe.OverloadMeters;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What is measured of the budgets of the process.
 *
 * @param strains how much is used of each resource
 * @param meters what was done about it
 */
record OverloadFamilies(List<Strain> strains, OverloadMeters meters) {

  private static final List<String> LABELS = List.of("resource");

  void describe(Metrics metrics) {
    gauges(
        metrics,
        "postern_overload_level",
        "How near the process is to the end of a resource: 0 far, 1 what is idle is closed, 2 who is new is refused.",
        strain -> strain.pressure().level());
    gauges(
        metrics,
        "postern_overload_budget",
        "How much the process may have of a resource, in connections, descriptors or bytes.",
        Strain::budget);
    gauges(
        metrics,
        "postern_overload_use",
        "How much of a resource is in use, looked at ten times a second.",
        Strain::use);
    metrics.counters(
        "postern_overload_refused_total",
        "Connections of clients that were closed as they came or as their handshake began, by the resource that was short.",
        LABELS,
        meters::collectRefused);
    metrics.counters(
        "postern_overload_closed_total",
        "Connections without an exchange that were closed, or whose client was asked to go, by the resource that was short and by what they were.",
        List.of("resource", "kind"),
        meters::collectClosed);
  }

  private void gauges(Metrics metrics, String name, String help, ToLongFunction<Strain> value) {
    metrics.gauges(
        name,
        help,
        LABELS,
        points ->
            strains.forEach(each -> points.add(value.applyAsLong(each), each.resource().label())));
  }
}
