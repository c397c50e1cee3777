package io.postern.runtime;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.config.Config;
import io.postern.config.DiscoveryConfig;
import io.postern.config.ListenerConfig;
import io.postern.config.RetryConfig;
import io.postern.config.SendProxyConfig;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import io.postern.filter.FieldEdits;
import io.postern.http.RequestHead;
import io.postern.listener.Listener;
import io.postern.pool.ConnectionLimits;
import io.postern.pool.Nearness;
import io.postern.pool.Pool;
import io.postern.pool.Queue;
import io.postern.pool.Server;
import io.postern.route.Action;
import io.postern.route.Considered;
import io.postern.route.Mirror;
import io.postern.route.Rewrite;
import io.postern.route.Route;
import io.postern.route.Split;
import io.postern.tenant.Tenant;
import io.postern.tenant.Tenants;
import io.postern.tls.ListenerTls;
import io.postern.tls.Presented;
import io.postern.tls.SampleHello;
import io.postern.tls.ServerCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a request, step by step, and why: asked of the same parts that serve it.
 * Nothing is sent, and nothing counted.
 */
public final class Explanation {

  private static final String MODERN = "TLSv1.3";

  private final Config config;
  private final Compiled compiled;
  private final Question asked;
  private final List<Line> lines = new ArrayList<>();
  private @Nullable Route route;

  /**
   * One step.
   *
   * @param subject what it is about, such as {@code tenant}; empty for one more of the line before
   */
  public record Line(String subject, String text) {

    /** As people read it, one below the other. */
    @Override
    public String toString() {
      return "%-12s%s".formatted(subject, text);
    }
  }

  private Explanation(Config config, Compiled compiled, Question asked) {
    this.config = config;
    this.compiled = compiled;
    this.asked = asked;
  }

  /**
   * Explains.
   *
   * @param compiled of the config, without problems
   * @throws IllegalArgumentException where there is no such listener
   */
  public static Explanation of(Config config, Compiled compiled, Question asked) {
    Explanation explanation = new Explanation(config, compiled, asked);
    explanation.explain();
    return explanation;
  }

  /** The steps, in the order in which they are taken. */
  public List<Line> lines() {
    return List.copyOf(lines);
  }

  /** The route that takes the request; null where it does not come so far. */
  public @Nullable Route route() {
    return route;
  }

  private void say(String subject, String text) {
    lines.add(new Line(subject, text));
  }

  private void refuse(Fault fault) {
    say("answer", fault.reason().status() + " " + fault.describe());
  }

  private void explain() {
    ListenerConfig listener = listener();
    say("listener", listener.name() + ", " + listener.bind());
    ListenerTls tls = compiled.tls().get(listener.name());
    Presented presented =
        tls == null ? null : tls.store().select(SampleHello.of(asked.serverName()));
    if (tls != null && presented == null) {
      say(
          "answer",
          "the handshake is refused: no certificate is for this host, and tls.strictSni is set");
      return;
    }
    if (presented != null) {
      certificate(presented);
    }
    boolean shows =
        presented != null && presented.asksForCertificate() && asked.certificateName() != null;
    Tenant tenant = tenant(shows);
    if (!compiled.snapshot().tenants().admits(tenant)) {
      say("answer", "the connection is closed: unknownTenants is deny");
      return;
    }
    if (presented != null && presented.needsCertificate() && !shows) {
      say("answer", "the handshake is refused: the client shows no certificate");
      return;
    }
    try {
      RequestHead head = head(listener);
      say("request", head.method() + " " + head.authority() + head.target());
      route(head, tenant, presented, shows);
    } catch (FaultException e) {
      refuse(e.fault());
    }
  }

  private ListenerConfig listener() {
    if (asked.listener() == null) {
      return config.listeners().values().iterator().next();
    }
    ListenerConfig named = config.listeners().get(asked.listener());
    if (named == null) {
      throw new IllegalArgumentException("there is no listener " + asked.listener());
    }
    return named;
  }

  private void certificate(Presented presented) {
    ServerCertificate shown = presented.certificate();
    String host = asked.serverName();
    boolean covers = host != null && shown.covers(AsciiString.of(host));
    String why =
        host == null
            ? "the default, for no SNI"
            : covers ? "for " + host : "the default: none is for " + host;
    say("certificate", "%s, %s, %s".formatted(shown.file(), shown.keyType(), why));
    if (presented.asksForCertificate()) {
      say("", "clients " + (presented.needsCertificate() ? "have to" : "may") + " show one too");
    }
  }

  private @Nullable Tenant tenant(boolean showsCertificate) {
    Tenants tenants = compiled.snapshot().tenants();
    AsciiString vpce = asked.vpce() == null ? null : new AsciiString(asked.vpce());
    String name = asked.certificateName();
    Tenant shown = vpce == null && showsCertificate && name != null ? tenants.ofName(name) : null;
    Tenant tenant = shown == null ? tenants.of(vpce, asked.source()) : shown;
    String by =
        vpce != null
            ? "VPC endpoint " + vpce
            : shown != null
                ? "certificate of " + name
                : "source " + asked.source().getHostAddress();
    say("tenant", tenant == null ? "none is known by the " + by : tenant.name() + ", by the " + by);
    return tenant;
  }

  private RequestHead head(ListenerConfig listener) {
    StringBuilder text = new StringBuilder();
    text.append(asked.method()).append(' ').append(asked.target()).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(asked.host()).append("\r\n");
    asked.fields().forEach(field -> text.append(field).append("\r\n"));
    ByteBuf bytes =
        Unpooled.wrappedBuffer(
            text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    return Listener.settings(listener, config.loadBalancer()).read(bytes);
  }

  private void route(
      RequestHead head, @Nullable Tenant tenant, @Nullable Presented presented, boolean shows) {
    if (presented != null && !presented.serves(head.host(), asked.serverName(), MODERN, shows)) {
      refuse(Fault.of(Reason.MISDIRECTED));
      return;
    }
    route = compiled.snapshot().routes().match(head, tenant);
    String subject = "routes";
    for (Considered each : compiled.snapshot().routes().explain(head, tenant)) {
      say(subject, each.route().name() + ": " + verdict(each));
      subject = "";
    }
    if (route == null) {
      refuse(Fault.of(Reason.NO_ROUTE));
      return;
    }
    edits("to server", route.requestHeaders());
    edits("to client", route.responseHeaders());
    Rewrite rewrite = route.rewrite();
    if (rewrite != null) {
      RequestHead asked = rewrite.of(head);
      say("rewritten", asked.authority() + asked.target().toString());
    }
    Mirror mirror = route.mirror();
    if (mirror != null) {
      say("mirror", mirror.percent() + "% to " + mirror.pool());
    }
    switch (route.action()) {
      case Action.Redirect to -> say("answer", to.status() + " to " + to.location().of(head));
      case Action.Respond with -> say("answer", with.status() + ", fixed");
      case Action.ToPool to -> pool(to.pool(), route);
      case Action.ToOneOf(Split split) -> split(split, head, tenant, route);
    }
  }

  private void edits(String subject, @Nullable FieldEdits edits) {
    if (edits != null) {
      say(subject, edits.words());
    }
  }

  private String verdict(Considered each) {
    if (route != null && each.route().index() == route.index()) {
      return "takes it";
    }
    return each.against() == null ? "would take it, and comes later" : "no: " + each.against();
  }

  /** The pool, where it is the same for each such request; else all that there may be. */
  private void split(Split split, RequestHead head, @Nullable Tenant tenant, Route taking) {
    AsciiString client = new AsciiString(NetUtil.toAddressString(asked.source()));
    say("split", split.words());
    if (split.isSure(head, tenant, client)) {
      pool(split.pool(split.choose(head, tenant, client, RandomGenerator.getDefault())), taking);
    } else {
      split.pools().forEach(name -> pool(name, taking));
    }
  }

  private void pool(String name, Route taking) {
    Pool chosen = Objects.requireNonNull(compiled.snapshot().pools().get(name));
    String spoken = chosen.dialect().protocol() + (chosen.dialect().tls() == null ? "" : ", TLS");
    say("pool", "%s, %s, %s".formatted(chosen.name(), chosen.selection().policy(), spoken));
    sendProxy(chosen.dialect().sendProxy());
    String subject = "servers";
    for (Server each : chosen.servers()) {
      String against = each.whyUnusable();
      String share = "may be picked, weight " + each.weight();
      say(subject, each.label() + ": " + (against == null ? share : "is not picked: " + against));
      subject = "";
    }
    DiscoveryConfig discovery = chosen.discovery();
    if (discovery != null) {
      say(
          "servers",
          discovery.file() == null
              ? "those that DNS has for " + discovery.dns() + ", when it runs"
              : "those that " + discovery.file() + " lists, while it runs");
    }
    connections(chosen.connections());
    groups(chosen);
    Queue queue = chosen.queue();
    if (queue != null) {
      say(
          "queue",
          "%d may wait for room, each %s at most, with precedence %d"
              .formatted(queue.size(), told(taking.timeouts().queue()), taking.precedence()));
    }
    List<RetryConfig.Reason> reasons = taking.retry().reasons();
    say(
        "retries",
        reasons.isEmpty()
            ? "none"
            : "after " + String.join(", ", reasons.stream().map(Object::toString).toList()));
  }

  private void sendProxy(SendProxyConfig sent) {
    if (sent.isSent()) {
      boolean more = sent.version() == SendProxyConfig.Version.V2 && !sent.tlvs().isEmpty();
      String version = sent.version().name().toLowerCase(Locale.ROOT);
      String tlvs = String.join(", ", sent.tlvs().stream().map(Object::toString).toList());
      say(
          "",
          "connections are each client's own and begin with a PROXY header, "
              + version
              + (more ? " with " + tlvs : ""));
    }
  }

  private void connections(@Nullable ConnectionLimits limits) {
    if (limits != null) {
      List<String> most = new ArrayList<>();
      if (limits.most() > 0) {
        most.add(limits.most() + " to all servers");
      }
      if (limits.perServer() > 0) {
        most.add(limits.perServer() + " to each server");
      }
      say("connections", "at most " + String.join(", ", most));
    }
  }

  /** Where it matters how far servers are, or how many of them are usable. */
  private void groups(Pool chosen) {
    Nearness near = new Nearness(chosen, chosen.servers());
    if (!near.matters() || chosen.servers().isEmpty()) {
      return;
    }
    near.look();
    String subject = "groups";
    for (int group = 0; group < near.groups(); group++) {
      say(
          subject,
          "%s: gets %d%%, %d of %d servers usable"
              .formatted(
                  near.distance(group),
                  Math.round(100 * near.share(group)),
                  near.usable(group),
                  near.servers(group)));
      subject = "";
    }
    int threshold = (int) Math.round(100 * chosen.selection().panicThreshold());
    if (threshold > 0) {
      say(
          "panic",
          near.isPanicking()
              ? "yes: less than " + threshold + "% is usable, and so all are used that are on duty"
              : "no: " + threshold + "% or more is usable");
    }
  }

  private static String told(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }
}
