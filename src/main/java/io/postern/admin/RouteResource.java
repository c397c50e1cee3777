package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.texts;

import io.netty.util.NetUtil;
import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.config.HostPattern;
import io.postern.config.RouteConfig;
import io.postern.runtime.Compiled;
import io.postern.runtime.Explanation;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.Question;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The routes, and what would become of a request. */
final class RouteResource {

  private static final Shape<RouteConfig> ROUTES =
      Shape.of(
          text("name", "As the config names it.", RouteConfig::name),
          texts(
              "hosts",
              "The hosts that it is for; none for all.",
              each -> each.match().hosts().stream().map(HostPattern::toString).toList()),
          texts(
              "paths",
              "Paths, with a star where more may follow, and expressions.",
              RouteResource::paths),
          texts("methods", "Methods; none for all.", each -> each.match().methods()),
          texts("tenants", "Tenants; none for all clients.", each -> each.match().tenants()),
          text(
              "more",
              "How many fields and parameters a request must have, too.",
              RouteResource::more),
          text(
              "answer",
              "What answers: pools, a redirect or a fixed response.",
              RouteResource::answer));

  private static final Shape<Explanation.Line> STEPS =
      Shape.of(
          text("subject", "What it is about; empty for one more.", Explanation.Line::subject),
          text("text", "What is found.", Explanation.Line::text));

  private static final String FIELDS = "header";

  private final ProxyRuntime runtime;

  RouteResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  List<Operation> operations() {
    return List.of(
        Operation.get(
            "routes",
            "The routes, of which the first that matches decides.",
            List.of(),
            new Answer.Many("routes", ROUTES),
            ask -> ask.reply(Page.list("routes", ROUTES, runtime.config().routes()))),
        Operation.get(
            "explain",
            "What would become of a request now, step by step; nothing is sent.",
            List.of(
                Parameter.text("host", "The Host field."),
                Parameter.text("path", "Path and query; left out, /."),
                Parameter.text("method", "Left out, GET."),
                Parameter.text(FIELDS, "A field, such as X-Canary: 1; as often as needed."),
                Parameter.text("listener", "Left out, the first."),
                Parameter.text("sni", "What the client names in the handshake; left out, no host."),
                Parameter.text("vpce", "The VPC endpoint that it comes by."),
                Parameter.text("source", "The client's address; left out, 127.0.0.1."),
                Parameter.text("certificate", "A name of the certificate that the client shows.")),
            new Answer.Many("steps", STEPS),
            this::explain));
  }

  private static List<String> paths(RouteConfig route) {
    return Stream.of(
            route.match().path().stream(),
            route.match().pathPrefix().stream()
                .map(each -> each.endsWith("/") ? each + "*" : each + "/*"),
            route.match().pathRegex().stream().map(each -> "~" + each))
        .flatMap(each -> each)
        .toList();
  }

  private static @Nullable String more(RouteConfig route) {
    int more = route.match().headers().size() + route.match().query().size();
    return more == 0 ? null : String.valueOf(more);
  }

  private static String answer(RouteConfig route) {
    RouteConfig.Redirect redirect = route.redirect();
    RouteConfig.Respond respond = route.respond();
    if (redirect != null) {
      return "redirect " + redirect.status();
    }
    return respond != null ? "respond " + respond.status() : String.join(", ", route.pools());
  }

  private void explain(Ask ask) {
    String host = ask.text("host");
    if (host == null) {
      throw new Refused(400, "host is needed");
    }
    String source = or(ask.text("source"), "127.0.0.1");
    InetAddress client = NetUtil.createInetAddressFromIpAddressString(source);
    if (client == null) {
      throw new Refused(400, "source: " + source + " is no address");
    }
    Question question =
        new Question(
            ask.text("listener"),
            or(ask.text("method"), "GET"),
            host,
            or(ask.text("path"), "/"),
            or(ask.text(FIELDS), "").lines().toList(),
            ask.text("sni"),
            ask.text("vpce"),
            client,
            ask.text("certificate"));
    ask.reply(page(question));
  }

  private Page page(Question question) {
    Compiled compiled = runtime.compiled();
    try {
      List<Explanation.Line> steps = Explanation.of(compiled.config(), compiled, question).lines();
      StringBuilder text = new StringBuilder();
      steps.forEach(each -> text.append(each).append('\n'));
      return Page.list("steps", STEPS, steps).saying(text::toString);
    } catch (IllegalArgumentException e) {
      throw new Refused(400, String.valueOf(e.getMessage()));
    }
  }

  private static String or(@Nullable String value, String otherwise) {
    return value == null ? otherwise : value;
  }
}
