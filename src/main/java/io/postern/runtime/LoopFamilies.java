package io.postern.runtime;

import io.postern.http.LoopContext;
import io.postern.observe.LoopLag;
import io.postern.observe.Metrics;
import java.util.List;

/**
 * What is measured of the event loops that serve clients.
 *
 * @param loops in the order of their index
 */
record LoopFamilies(List<LoopContext> loops) {

  void describe(Metrics metrics) {
    LoopLag.describe(metrics, loops.stream().map(LoopContext::loop).toList());
    metrics.counters(
        "postern_slow_reads_total",
        "How often a connection had to wait for its turn, because of much work in what was read"
            + " from it, such as a handshake.",
        List.of("loop"),
        points ->
            loops.forEach(
                each -> points.add(each.turns().waits(), Integer.toString(each.index()))));
    metrics.gauges(
        "postern_window_budget_left_bytes",
        "What of process.windowBudget no window and no waiting content of HTTP/2 has taken.",
        List.of(),
        points -> points.add(loops.getFirst().windows().left()));
  }
}
