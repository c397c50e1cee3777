package io.postern.runtime;

import io.postern.listener.Listener;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Points;
import io.postern.tls.ListenerTls;
import io.postern.tls.ServerCertificate;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The families of metrics of the listeners.
 *
 * @param listeners those that there are when the metrics are read
 */
record ListenerFamilies(Supplier<List<Listener>> listeners) {

  private static final List<String> LABELS = List.of("listener");

  void describe(Metrics metrics) {
    metrics.gauges(
        "postern_connections",
        "Connections of clients that are open.",
        LABELS,
        each((listener, points) -> points.add(listener.openConnections(), listener.name())));
    metrics.gauges(
        "postern_streams",
        "Streams of HTTP/2 connections of clients that are open.",
        LABELS,
        each((listener, points) -> listener.meters().collectStreams(listener.name(), points)));
    metrics.counters(
        "postern_connections_accepted_total",
        "Connections of clients that were accepted, within the limit.",
        LABELS,
        each((listener, points) -> listener.meters().collectAccepted(listener.name(), points)));
    metrics.counters(
        "postern_connections_refused_total",
        "Connections that were closed as they came, by the limit that was reached.",
        List.of("listener", "limit"),
        each((listener, points) -> listener.meters().collectRefused(listener.name(), points)));
    metrics.counters(
        "postern_connections_denied_total",
        "Connections that were closed before the handshake, for no tenant is known by them.",
        LABELS,
        each((listener, points) -> listener.meters().collectDenied(listener.name(), points)));
    describeGlitches(metrics);
    describeArrivals(metrics);
    describeHandshakes(metrics);
    describeCertificates(metrics);
    describeStaples(metrics);
  }

  private void describeGlitches(Metrics metrics) {
    metrics.counters(
        "postern_glitches_total",
        "What clients of HTTP/2 did that well-behaved ones do seldom, or no more than their work asks for, by kind.",
        List.of("listener", "kind"),
        each((listener, points) -> listener.meters().collectGlitches(listener.name(), points)));
    metrics.counters(
        "postern_clients_sent_away_total",
        "Connections of HTTP/2 that were closed for too many glitches, by the kind that was the last straw.",
        List.of("listener", "kind"),
        each((listener, points) -> listener.meters().collectSentAway(listener.name(), points)));
    metrics.counters(
        "postern_http2_errors_total",
        "Connections of HTTP/2 that were closed because the client broke their rules.",
        LABELS,
        each((listener, points) -> listener.meters().collectBroken(listener.name(), points)));
  }

  private void describeArrivals(Metrics metrics) {
    metrics.counters(
        "postern_proxy_headers_total",
        "Connections by their PROXY header, or what was wrong with it.",
        List.of("listener", "kind"),
        each(
            (listener, points) ->
                listener.meters().arrivals().collectHeaders(listener.name(), points)));
    metrics.counters(
        "postern_probes_total",
        "Connections that ended before their first byte of TLS or HTTP, such as health checks.",
        List.of("listener", "kind"),
        each(
            (listener, points) ->
                listener.meters().arrivals().collectProbes(listener.name(), points)));
  }

  private void describeHandshakes(Metrics metrics) {
    metrics.counters(
        "postern_tls_handshakes_shed_total",
        "TLS handshakes that were closed as they began, by the limit that was reached.",
        List.of("listener", "limit"),
        each((listener, points) -> listener.meters().collectShed(listener.name(), points)));
    metrics.counters(
        "postern_tls_handshakes_total",
        "TLS handshakes that ended well, by version and by whether they resumed a session.",
        List.of("listener", "version", "resumed"),
        each((listener, points) -> listener.meters().collectHandshakes(listener.name(), points)));
    metrics.counters(
        "postern_tls_handshake_failures_total",
        "TLS handshakes that came to nothing, by why.",
        List.of("listener", "why"),
        each((listener, points) -> listener.meters().collectFailures(listener.name(), points)));
  }

  private void describeCertificates(Metrics metrics) {
    metrics.gauges(
        "postern_tls_certificate_expiry_timestamp_seconds",
        "When each certificate that is served expires, in seconds since 1970.",
        List.of("listener", "certificate"),
        ofTls(
            (listener, tls, points) ->
                tls.store()
                    .certificates()
                    .forEach(
                        each ->
                            points.add(
                                each.expires().getEpochSecond(), listener.name(), each.file()))));
    metrics.counters(
        "postern_tls_certificate_swaps_total",
        "How often changed certificates were taken over.",
        LABELS,
        ofTls((listener, tls, points) -> points.add(tls.swaps(), listener.name())));
    metrics.counters(
        "postern_tls_certificate_refusals_total",
        "How often changed certificates were refused, and those of before served on.",
        LABELS,
        ofTls((listener, tls, points) -> points.add(tls.refusals(), listener.name())));
  }

  private void describeStaples(Metrics metrics) {
    metrics.gauges(
        "postern_tls_ocsp_response_expiry_timestamp_seconds",
        "When the OCSP response that is stapled with a certificate expires, in seconds since 1970; 0 where it demands one and has none.",
        List.of("listener", "certificate"),
        ofTls(
            (listener, tls, points) ->
                tls.store().certificates().forEach(each -> collectStaple(listener, each, points))));
    metrics.counters(
        "postern_tls_ocsp_fetches_total",
        "How often responders were asked for OCSP responses, by how that ended.",
        List.of("listener", "result"),
        ofTls(
            (listener, tls, points) ->
                tls.ocspFetches()
                    .forEach((result, count) -> points.add(count, listener.name(), result))));
  }

  private static void collectStaple(
      Listener listener, ServerCertificate certificate, Points points) {
    Instant expires = certificate.stapleExpires();
    if (expires != null || certificate.demandsStaple()) {
      points.add(
          expires == null ? 0 : expires.getEpochSecond(), listener.name(), certificate.file());
    }
  }

  private interface OfTls {
    void collect(Listener listener, ListenerTls tls, Points points);
  }

  private Consumer<Points> ofTls(OfTls collect) {
    return each(
        (listener, points) -> {
          ListenerTls tls = listener.tls();
          if (tls != null) {
            collect.collect(listener, tls, points);
          }
        });
  }

  private Consumer<Points> each(BiConsumer<Listener, Points> collect) {
    return points -> listeners.get().forEach(listener -> collect.accept(listener, points));
  }
}
