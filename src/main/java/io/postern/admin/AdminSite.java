package io.postern.admin;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
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
 * @param api for programs
 */
record AdminSite(Metrics metrics, Api api) implements LocalExchange.Site {

  private static final Logger LOG = LoggerFactory.getLogger(AdminSite.class);

  private static final String PAGES =
      """
      Postern

      /metrics         all metrics, for Prometheus
      /api/v1/status   how it is: listeners, pools, servers; as JSON for who accepts application/json
      """;

  @Override
  public void answer(RequestHead request, LocalExchange exchange) {
    if (!isOurName(request.host().toString())) {
      exchange.reply(
          Replies.text(421, "ask by an IP address or localhost: other names are not ours\n"));
      return;
    }
    String path = request.path().toString();
    if (path.startsWith(Api.PREFIX)) {
      api.answer(request, exchange);
      return;
    }
    switch (path) {
      case "/" -> exchange.reply(Replies.text(200, PAGES));
      case "/metrics" -> scrape(format(request), exchange);
      default -> exchange.reply(Replies.text(404, "not found\n"));
    }
  }

  @Override
  public boolean takesPost(RequestHead request) {
    return api.takesPost(request);
  }

  /**
   * A page of somebody else's may have its own name point here, and so have a browser read what
   * only this machine may (DNS rebinding). It cannot do so with an address.
   */
  private static boolean isOurName(String host) {
    return host.equals("localhost") || host.startsWith("[") || NetUtil.isValidIpV4Address(host);
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
