package io.postern.route;

import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.postern.config.Config;
import io.postern.config.Configs;
import io.postern.config.FieldEditsConfig;
import io.postern.config.HostPattern;
import io.postern.config.LoadBalancerConfig;
import io.postern.config.Place;
import io.postern.config.RequestIdConfig;
import io.postern.config.RequestKey;
import io.postern.config.RetryConfig;
import io.postern.config.RouteConfig;
import io.postern.config.RouteConfig.ValueMatch;
import io.postern.config.ShutdownConfig;
import io.postern.config.Size;
import io.postern.config.Statuses;
import io.postern.config.TenantConfig;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;
import io.postern.http.RequestHead;
import io.postern.shaping.Waits;
import io.postern.tenant.Tenant;
import io.postern.testkit.Unlimited;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Configs and request heads, as the loader and the codecs would make them. */
final class Routes {

  private Routes() {}

  static Place place(String path, int line) {
    return new Place("t.yaml", path, new Place.Position(line, 3), Map.of());
  }

  /** A match that is written down part by part. */
  static final class Asked {
    List<String> hosts = List.of();
    List<String> path = List.of();
    List<String> prefix = List.of();
    List<String> regex = List.of();
    List<String> methods = List.of();
    Map<String, ValueMatch> headers = new LinkedHashMap<>();
    Map<String, ValueMatch> query = new LinkedHashMap<>();
    List<String> tenants = List.of();

    Asked hosts(String... all) {
      hosts = List.of(all);
      return this;
    }

    Asked path(String... all) {
      path = List.of(all);
      return this;
    }

    Asked prefix(String... all) {
      prefix = List.of(all);
      return this;
    }

    Asked regex(String... all) {
      regex = List.of(all);
      return this;
    }

    Asked methods(String... all) {
      methods = List.of(all);
      return this;
    }

    Asked tenants(String... all) {
      tenants = List.of(all);
      return this;
    }

    Asked header(String name, ValueMatch match) {
      headers.put(name, match);
      return this;
    }

    Asked query(String name, ValueMatch match) {
      query.put(name, match);
      return this;
    }

    RouteConfig.Match match(int order) {
      return new RouteConfig.Match(
          place("routes[" + order + "].match", 10 * order + 2),
          hosts.stream().map(HostPattern::parse).toList(),
          path,
          prefix,
          regex.stream().map(Pattern::compile).toList(),
          methods,
          headers,
          query,
          tenants);
    }
  }

  static Asked any() {
    return new Asked();
  }

  static ValueMatch exactly(String value) {
    return new ValueMatch(place("v", 1), value, null, null);
  }

  static ValueMatch matching(String regex) {
    return new ValueMatch(place("v", 1), null, Pattern.compile(regex), null);
  }

  static ValueMatch present(boolean wanted) {
    return new ValueMatch(place("v", 1), null, null, wanted);
  }

  static RouteConfig.Timeouts timeouts() {
    Duration second = Duration.ofSeconds(1);
    return new RouteConfig.Timeouts(place("timeouts", 1), second, second, second, second, second);
  }

  static RetryConfig retry() {
    return new RetryConfig(
        place("retry", 1), 0, List.of(), new Statuses("502-504"), null, Duration.ZERO, new Size(0));
  }

  /** A route to a pool, named {@code r0}, {@code r1} and so on by its place. */
  static RouteConfig toPool(int order, Asked asked) {
    return route(order, asked, "pool", null, null);
  }

  static RouteConfig route(
      int order,
      Asked asked,
      @Nullable String pool,
      RouteConfig.@Nullable Redirect redirect,
      RouteConfig.@Nullable Respond respond) {
    return new RouteConfig(
        place("routes[" + order + "]", 10 * order + 1),
        "r" + order,
        asked.match(order),
        pool,
        null,
        new RequestKey(RequestKey.Kind.REQUEST, ""),
        redirect,
        respond,
        null,
        noEdits(),
        noEdits(),
        null,
        List.of(),
        timeouts(),
        new RouteConfig.RequestBody(place("routes[" + order + "].requestBody", 1), null, null),
        retry(),
        5,
        List.of("websocket"));
  }

  private static FieldEditsConfig noEdits() {
    return new FieldEditsConfig(place("headers", 1), Map.of(), Map.of(), List.of());
  }

  static RouteConfig.Redirect redirect(String location) {
    return new RouteConfig.Redirect(place("routes[0].redirect", 3), 308, location);
  }

  static Config config(List<RouteConfig> routes) {
    Duration second = Duration.ofSeconds(1);
    return new Config(
        place("", 1),
        new LoadBalancerConfig(place("loadBalancer", 1), List.of(), second, second),
        Map.of(),
        Map.of(),
        null,
        TenantConfig.Unknown.ALLOW,
        routes,
        Map.of(),
        new RequestIdConfig(place("requestId", 1), List.of()),
        Configs.accessLog(""),
        null,
        null,
        new ShutdownConfig(place("shutdown", 1), second, second, second),
        Configs.process());
  }

  static RouteTable.Compiled compile(List<RouteConfig> routes) {
    return RouteTable.compile(config(routes));
  }

  /** Routes to pools, in this order. */
  static RouteTable.Compiled compile(Asked... asked) {
    int[] order = {0};
    return compile(Stream.of(asked).map(one -> toPool(order[0]++, one)).toList());
  }

  static RequestHead get(String authority, String target) {
    return head("GET", authority, target, new Fields());
  }

  /** A head whose path needs no normalising. */
  static RequestHead head(String method, String authority, String target, Fields fields) {
    int question = target.indexOf('?');
    String path = question < 0 ? target : target.substring(0, question);
    String query = question < 0 ? "" : target.substring(question + 1);
    int colon = authority.lastIndexOf(':');
    String host = colon < 0 || authority.endsWith("]") ? authority : authority.substring(0, colon);
    return new RequestHead(
        HttpVersion.HTTP_1_1,
        bytes(method),
        bytes(authority),
        bytes(target),
        bytes(host.toLowerCase(Locale.ROOT)),
        bytes(path),
        bytes(query),
        fields,
        -1,
        false);
  }

  static AsciiString bytes(String text) {
    // Views into a larger array, as a codec makes them.
    byte[] head = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
    return new AsciiString(head, 1, head.length - 2, false);
  }

  static Fields fields(String... namesAndValues) {
    Fields fields = new Fields();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(bytes(namesAndValues[i]), bytes(namesAndValues[i + 1]));
    }
    return fields;
  }

  /** The name of the route that takes a request, or {@code none}. */
  static String taker(RouteTable.Compiled compiled, RequestHead head) {
    return taker(compiled, head, null);
  }

  /** The same for a request of a tenant. */
  static String taker(RouteTable.Compiled compiled, RequestHead head, @Nullable String tenant) {
    Route route =
        compiled
            .table()
            .match(
                head,
                tenant == null
                    ? null
                    : new Tenant(
                        0, bytes(tenant), 1, Unlimited.TENANT, new Waits(), null, Map.of()));
    return route == null ? "none" : route.name();
  }
}
