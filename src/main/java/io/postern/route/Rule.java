package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.config.HostPattern;
import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.RouteConfig;
import io.postern.http.FieldNames;
import io.postern.tenant.Tenant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One route with what it asks of a request. Host and path are found by the index that holds the
 * rule; {@link #accepts} is the rest. Immutable and shared.
 *
 * @param order its place in the file, from 0: of all that match, the smallest wins
 * @param hosts any of these; empty for every host
 * @param paths what paths it takes
 * @param conditions all of these
 */
record Rule(
    int order, Route route, Set<HostPattern> hosts, PathRule paths, List<Condition> conditions) {

  /** They frame a message or name its host: no codec leaves them among the fields. */
  private static final Set<AsciiString> NO_FIELDS =
      Set.of(FieldNames.HOST, FieldNames.CONTENT_LENGTH, FieldNames.TRANSFER_ENCODING);

  static Rule compile(
      int order, RouteConfig config, @Nullable Route before, Consumer<Problem> problems) {
    RouteConfig.Match match = config.match();
    Route route = Route.compile(order, config, before, problems);
    List<Condition> conditions = new ArrayList<>();
    if (route.action() instanceof Action.Redirect(int _, Location location)
        && location.needsHost()) {
      conditions.add(new Condition.NamesHost());
    }
    conditions.addAll(Condition.ofTenants(match.tenants()));
    conditions.addAll(Condition.ofMethods(match.methods()));
    conditions.addAll(Condition.ofFields(match.headers()));
    conditions.addAll(Condition.ofQuery(match.query()));
    refuseNoFields(match, problems);
    PathRule paths = PathRule.compile(match, problems);
    return new Rule(order, route, Set.copyOf(match.hosts()), paths, List.copyOf(conditions));
  }

  private static void refuseNoFields(RouteConfig.Match match, Consumer<Problem> problems) {
    for (String name : match.headers().keySet()) {
      if (NO_FIELDS.contains(Utf8.bytes(name.toLowerCase(Locale.ROOT)))) {
        Place place = match.place();
        String what = "`" + name + "` is not among the fields that can be matched";
        problems.accept(place.problem("headers", what, "hosts, or another field"));
      }
    }
  }

  /** Why it does not take a request, in words; null where it does. */
  @Nullable String against(Request request) {
    Tenant tenant = request.tenant();
    if (tenant != null && !tenant.mayUse(order)) {
      return "tenant " + tenant.name() + " has routes of its own, and this is none of them";
    }
    if (!new Rule(order, route, hosts, PathRule.ANY, List.of()).takes(request)) {
      return "the host is none of " + words(hosts);
    }
    if (!new Rule(order, route, Set.of(), paths, List.of()).takes(request)) {
      return "the path is not " + paths.words();
    }
    return conditions.stream()
        .filter(condition -> !condition.accepts(request))
        .map(Condition::missed)
        .findFirst()
        .orElse(null);
  }

  private boolean takes(Request request) {
    HostIndex alone = new HostIndex();
    alone.add(this);
    return alone.fold(request.head().host(), request.head().path(), Rule::earlier, request, null)
        != null;
  }

  private static String words(Collection<?> several) {
    return several.stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
  }

  /** Whether all holds that the index does not know. */
  boolean accepts(Request request) {
    if (request.tenant() != null && !request.tenant().mayUse(order)) {
      return false;
    }
    if (!paths.matchesExpression(request.head().path())) {
      return false;
    }
    for (int i = 0; i < conditions.size(); i++) {
      if (!conditions.get(i).accepts(request)) {
        return false;
      }
    }
    return true;
  }

  /**
   * The first rule of a list that takes a request, if it comes before one that is known to do so.
   *
   * @param rules by order
   * @param best what is known; null for none
   */
  static @Nullable Rule earlier(List<Rule> rules, Request request, @Nullable Rule best) {
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      if (best != null && rule.order >= best.order) {
        return best;
      }
      if (rule.accepts(request)) {
        return rule;
      }
    }
    return best;
  }

  /** Whether every request that the other takes is taken by this one too. */
  boolean covers(Rule other) {
    return coversHosts(other)
        && paths.covers(other.paths)
        && conditions.stream().allMatch(condition -> other.implies(condition));
  }

  private boolean coversHosts(Rule other) {
    return hosts.isEmpty()
        || (!other.hosts.isEmpty() && other.hosts.stream().allMatch(this::coversHost));
  }

  private boolean coversHost(HostPattern host) {
    if (hosts.contains(host)) {
      return true;
    }
    String name = host.name();
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      if (hosts.contains(new HostPattern(name.substring(dot + 1), true))) {
        return true;
      }
    }
    return false;
  }

  private boolean implies(Condition condition) {
    return (condition instanceof Condition.NamesHost && !hosts.isEmpty())
        || conditions.stream().anyMatch(condition::follows);
  }
}
