package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.texts;
import static io.postern.admin.Column.time;
import static io.postern.admin.Column.truth;
import static io.postern.admin.Column.whole;

import io.postern.admin.Operation.Answer;
import io.postern.listener.Listener;
import io.postern.pool.Pool;
import io.postern.runtime.ProxyRuntime;
import io.postern.tls.ListenerTls;
import io.postern.tls.ServerCertificate;
import io.postern.tls.UpstreamTls;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where clients come in, and the certificates that are shown. */
final class ListenerResource {

  private static final Shape<Listener> LISTENERS =
      Shape.of(
          text("name", "As the config names it.", Listener::name),
          text("address", "Where it listens.", Listener::at),
          truth("tls", "Whether by TLS.", each -> each.tls() != null),
          text(
              "proxyProtocol",
              "Whether connections begin with a PROXY header.",
              each -> each.terms().config().proxyProtocol().name().toLowerCase(Locale.ROOT)),
          whole("connections", "Clients' connections that are open.", Listener::openConnections),
          whole("most", "How many may be.", each -> each.terms().admitted().connections()));

  /**
   * A certificate that is shown.
   *
   * @param to who is shown it: clients of a listener or of the admin port, or servers of a pool
   */
  private record Shown(
      String to,
      List<String> names,
      String key,
      Instant expires,
      @Nullable Instant stapleExpires,
      String file) {}

  private static final Shape<Shown> CERTIFICATES =
      Shape.of(
          text("shown", "To whom: listener NAME, pool NAME, or admin.", Shown::to),
          texts("names", "The hosts that it is for; none for a client's.", Shown::names),
          text("key", "The kind of its key; empty for a client's.", Shown::key),
          time("expires", "When the first of its chain expires.", Shown::expires),
          time("staple", "When its OCSP response expires; null for none.", Shown::stapleExpires),
          text("file", "Where it was read from.", Shown::file));

  private final ProxyRuntime runtime;

  ListenerResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  List<Operation> operations() {
    return List.of(
        Operation.get(
            "listeners",
            "Where clients come in, in the order of the config.",
            List.of(),
            new Answer.Many("listeners", LISTENERS),
            ask -> ask.reply(Page.list("listeners", LISTENERS, runtime.listeners()))),
        Operation.get(
            "certificates",
            "The certificates that clients and servers are shown.",
            List.of(),
            new Answer.Many("certificates", CERTIFICATES),
            ask -> ask.reply(Page.list("certificates", CERTIFICATES, certificates()))));
  }

  private List<Shown> certificates() {
    List<Shown> all = new ArrayList<>();
    for (Listener each : runtime.listeners()) {
      shown("listener " + each.name(), each.tls(), all);
    }
    shown("admin", runtime.compiled().adminTls(), all);
    for (Pool each : runtime.compiled().pools()) {
      UpstreamTls tls = each.dialect().tls();
      UpstreamTls.Shown shown = tls == null ? null : tls.shown();
      if (shown != null) {
        all.add(
            new Shown("pool " + each.name(), List.of(), "", shown.expires(), null, shown.file()));
      }
    }
    return all;
  }

  private static void shown(String to, @Nullable ListenerTls tls, List<Shown> all) {
    if (tls == null) {
      return;
    }
    for (ServerCertificate each : tls.store().certificates()) {
      all.add(
          new Shown(
              to,
              each.names().stream().sorted().toList(),
              each.keyType().name(),
              each.expires(),
              each.stapleExpires(),
              each.file()));
    }
  }
}
