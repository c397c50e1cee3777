package io.postern.admin;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.DownstreamConnection;
import io.postern.http.FieldNames;
import io.postern.http.LocalReply;
import io.postern.http.RequestHead;
import io.postern.observe.Metrics;
import io.postern.observe.Metrics.Format;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What those who run the proxy can ask.
 *
 * @param metrics all of them
 * @param access who may ask
 * @param api for programs
 */
record AdminSite(Metrics metrics, Access access, Api api) implements LocalExchange.Site {

  private static final Logger LOG = LoggerFactory.getLogger(AdminSite.class);

  private static final String PAGES =
      """
      Postern

      /metrics              all metrics, for Prometheus
      /api/v1/              what else there is, each with a line
      /api/v1/status        how it is: listeners, pools, servers; as JSON for who accepts application/json
      /api/v1/openapi.json  the description of all of it, for programs
      """;

  @Override
  public void answer(RequestHead request, byte[] content, LocalExchange exchange) {
    try {
      access.checkHost(request, exchange.from());
      if (Api.isOurs(request)) {
        api.answer(request, content, exchange);
      } else {
        page(request, exchange);
      }
    } catch (Refused e) {
      exchange.reply(Ask.refusal(request, e));
    }
  }

  private void page(RequestHead request, LocalExchange exchange) {
    access.admitReader(request, exchange.from());
    switch (request.path().toString()) {
      case "/" -> exchange.reply(Replies.text(200, PAGES));
      case "/metrics" -> scrape(format(request), exchange);
      default -> exchange.reply(Replies.text(404, "not found\n"));
    }
  }

  @Override
  public boolean takes(RequestHead request, DownstreamConnection from) {
    return Api.isOurs(request) && api.takes(request, from);
  }

  private static Format format(RequestHead request) {
    AsciiString accept = request.fields().get(FieldNames.ACCEPT);
    boolean open = accept != null && accept.contains("application/openmetrics-text");
    return open ? Format.OPEN_METRICS : Format.PROMETHEUS;
  }

  /** Thousands of series take a while: a thread of its own makes the text, the loop sends it. */
  private void scrape(Format format, LocalExchange exchange) {
    Thread.ofVirtual()
        .name("scrape")
        .start(
            () -> {
              LocalReply reply = read(format);
              exchange.loop().execute(() -> exchange.reply(reply));
            });
  }

  private LocalReply read(Format format) {
    try {
      return Replies.of(200, AsciiString.of(format.contentType()), metrics.text(format));
    } catch (RuntimeException e) {
      LOG.error("the metrics cannot be read", e);
      return LocalReply.of(Fault.of(Reason.INTERNAL_ERROR, e));
    }
  }
}
