package io.postern.admin;

import io.netty.util.AsciiString;
import io.postern.config.Loaded;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.FieldNames;
import io.postern.http.LocalReply;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.ReloadReport;
import io.postern.runtime.ReloadReport.Verdict;
import io.postern.runtime.ReloadRequest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What those who run the proxy ask and have done from programs, below {@value #PREFIX}. Who takes
 * JSON is given that, others lines of text.
 *
 * <p>What changes something is a POST, is taken from this machine only and from no page of a
 * browser, which always says whose it is (CSRF), and stands in the log.
 */
final class Api implements LocalExchange.Site {

  static final String PREFIX = "/api/v1/";

  private static final Logger LOG = LoggerFactory.getLogger(Api.class);
  private static final AsciiString JSON = AsciiString.cached("application/json");
  private static final List<String> WRITES = List.of("reload", "rollback", "drain", "undrain");

  private final ProxyRuntime runtime;
  private final @Nullable Supplier<Loaded> source;

  /**
   * Of a proxy.
   *
   * @param source reads the config again; null where there is no file
   */
  Api(ProxyRuntime runtime, @Nullable Supplier<Loaded> source) {
    this.runtime = runtime;
    this.source = source;
  }

  private static String name(RequestHead request) {
    String path = request.path().toString();
    return path.startsWith(PREFIX) ? path.substring(PREFIX.length()) : "";
  }

  @Override
  public boolean takesPost(RequestHead request) {
    return WRITES.contains(name(request));
  }

  @Override
  public void answer(RequestHead request, LocalExchange exchange) {
    String name = name(request);
    if (name.equals("status")) {
      exchange.reply(reply(request, 200, Status.of(runtime)));
    } else if (!WRITES.contains(name)) {
      exchange.reply(Replies.text(404, "not found\n"));
    } else if (!request.method().contentEquals(Methods.POST)) {
      LocalReply reply = Replies.text(405, "only POST\n");
      reply.fields().add(FieldNames.ALLOW, Methods.POST);
      exchange.reply(reply);
    } else if (!exchange.client().getAddress().isLoopbackAddress()
        || request.fields().get(FieldNames.ORIGIN) != null) {
      exchange.reply(Replies.text(403, "only programs of this machine may change something\n"));
    } else {
      write(name, request, exchange);
    }
  }

  private void write(String name, RequestHead request, LocalExchange exchange) {
    String by = "the admin port, for " + exchange.client();
    boolean force = asks(request, "force");
    boolean trial = asks(request, "trial");
    LOG.info("{}: {}{}{}", by, name, force ? ", forced" : "", trial ? ", as a trial" : "");
    switch (name) {
      case "drain" -> answer(runtime.drain(), request, exchange);
      case "undrain" -> answer(runtime.undrain(), request, exchange);
      case "rollback" -> answer(runtime.rollback(by, force), request, exchange);
      default -> reload(by, force, trial, request, exchange);
    }
  }

  private void reload(
      String by, boolean force, boolean trial, RequestHead request, LocalExchange exchange) {
    Supplier<Loaded> from = source;
    if (from == null) {
      exchange.reply(Replies.text(409, "there is no file to read the config from again\n"));
    } else {
      answer(runtime.reload(new ReloadRequest(from, by, force, trial)), request, exchange);
    }
  }

  private void answer(boolean done, RequestHead request, LocalExchange exchange) {
    exchange.reply(reply(request, done ? 200 : 409, Status.of(runtime)));
  }

  private static boolean asks(RequestHead request, String what) {
    return Arrays.asList(request.query().toString().split("&", -1)).contains(what + "=true");
  }

  private static void answer(
      CompletableFuture<ReloadReport> doing, RequestHead request, LocalExchange exchange) {
    doing.whenCompleteAsync(
        (report, failure) ->
            exchange.reply(
                report == null
                    ? LocalReply.of(Fault.of(Reason.STOPPED))
                    : reply(
                        request,
                        report.verdict() == Verdict.REFUSED ? 409 : 200,
                        new Reported(report))),
        exchange.loop());
  }

  private static LocalReply reply(RequestHead request, int status, Page page) {
    AsciiString accept = request.fields().get(FieldNames.ACCEPT);
    return accept != null && accept.contains(JSON)
        ? Replies.of(status, JSON, page.json())
        : Replies.text(status, page.text());
  }
}
