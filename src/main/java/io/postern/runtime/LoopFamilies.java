package io.postern.runtime;

import io.postern.http.LoopContext;
import io.postern.listener.HandshakeQueues;
import io.postern.observe.LoopLag;
import io.postern.observe.Metrics;
import io.postern.shaping.LoopTime;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What is measured of the event loops that serve clients.
 *
 * @param loops in the order of their index
 * @param loads what each of them has to do
 * @param times their time, for those who want some; there once they serve
 * @param handshakes that wait on them
 */
record LoopFamilies(
    List<LoopContext> loops,
    List<LoopLoad> loads,
    List<LoopTime> times,
    HandshakeQueues handshakes) {

  void describe(Metrics metrics) {
    LoopLag.describe(metrics, loops.stream().map(LoopContext::loop).toList());
    metrics.gauges(
        "postern_event_loop_busy_ratio",
        "The processor time of an event loop in about the last second, as a part of that second.",
        List.of("loop"),
        points -> ofEach(points, LoopLoad::busyShare));
    metrics.gauges(
        "postern_event_loop_connections",
        "Connections of clients that an event loop has open.",
        List.of("loop"),
        points -> ofEach(points, LoopLoad::connections));
    metrics.counters(
        "postern_slow_reads_total",
        "How often a connection had to wait for its turn, because of much work in what was read"
            + " from it, such as a handshake.",
        List.of("loop"),
        points ->
            loops.forEach(
                each -> points.add(each.turns().waits(), Integer.toString(each.index()))));
    describeShares(metrics);
    metrics.gauges(
        "postern_tls_handshake_queue",
        "TLS handshakes that wait for their turn, behind what established connections bring.",
        List.of("loop"),
        points ->
            loops.forEach(
                each ->
                    points.add(handshakes.waiting(each.loop()), Integer.toString(each.index()))));
    metrics.gauges(
        "postern_window_budget_left_bytes",
        "What of process.windowBudget no window and no waiting content of HTTP/2 has taken.",
        List.of(),
        points -> points.add(loops.getFirst().windows().left()));
  }

  private void describeShares(Metrics metrics) {
    metrics.counters(
        "postern_event_loop_share_waits_total",
        "How often a request or a message had to wait for its share of the time of an event loop.",
        List.of("loop"),
        points -> {
          for (int i = 0; i < times.size(); i++) {
            points.add(times.get(i).waits(), Integer.toString(i));
          }
        });
  }

  private void ofEach(Metrics.Points points, ToDoubleFunction<LoopLoad> value) {
    for (int i = 0; i < loads.size(); i++) {
      points.add(value.applyAsDouble(loads.get(i)), Integer.toString(i));
    }
  }
}
