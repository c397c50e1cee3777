package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.config.Config;
import io.postern.config.HostPattern;
import io.postern.config.Problem;
import io.postern.config.RouteConfig;
import io.postern.config.TenantConfig;
import io.postern.config.WarningCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the routes of a config leave for each other: a route that can never match is a problem, and
 * one that gets nothing for one of its hosts or paths a warning. Found is what a single route
 * before takes of it, and what several do host by host or path by path; not every way to divide.
 *
 * <p>Belongs to one compilation.
 */
final class Reachability {

  private final Config config;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  Reachability(Config config) {
    this.config = config;
  }

  List<Problem> problems() {
    return problems;
  }

  List<Problem> warnings() {
    return warnings;
  }

  /** Looks what is left for a rule by those before it. */
  void check(Rule rule, HostIndex before) {
    Rule taker = taker(rule, before);
    if (taker != null) {
      problems.add(unreachable(rule, words(taker) + " takes all its requests"));
      return;
    }
    List<Problem> shadows = new ArrayList<>();
    if (areShadowed("hosts", hosts(rule), before, shadows)
        || areShadowed(pathKey(rule), paths(rule), before, shadows)) {
      problems.add(unreachable(rule, "those before it take all its requests together"));
    } else {
      warnings.addAll(shadows);
    }
  }

  /** Whether all parts of a rule are, each by one before it. */
  private boolean areShadowed(
      String key, List<Rule> parts, HostIndex before, List<Problem> shadows) {
    int shadowed = 0;
    for (int i = 0; i < parts.size(); i++) {
      Rule taker = taker(parts.get(i), before);
      if (taker != null) {
        shadowed++;
        RouteConfig.Match match = config.routes().get(parts.get(i).order()).match();
        String what = words(taker) + " takes all requests for it";
        shadows.add(
            match
                .place()
                .problem(key + "[" + i + "]", what, "a place before it, or the route without it")
                .warning(WarningCode.SHADOWED_ROUTE));
      }
    }
    return shadowed > 0 && shadowed == parts.size();
  }

  /** The rule for each of its hosts alone; none where it has not several. */
  private List<Rule> hosts(Rule rule) {
    List<HostPattern> hosts = config.routes().get(rule.order()).match().hosts();
    if (hosts.size() < 2 || new HashSet<>(hosts).size() < hosts.size()) {
      return List.of();
    }
    return hosts.stream()
        .map(
            host ->
                new Rule(rule.order(), rule.route(), Set.of(host), rule.paths(), rule.conditions()))
        .toList();
  }

  private static String pathKey(Rule rule) {
    return rule.paths().listed() ? "path" : "pathPrefix";
  }

  /** The rule for each of its paths alone; none where it has not several. */
  private List<Rule> paths(Rule rule) {
    RouteConfig.Match match = config.routes().get(rule.order()).match();
    List<PathRule> each = rule.paths().each();
    int written = rule.paths().listed() ? match.path().size() : match.pathPrefix().size();
    if (each.size() < 2 || each.size() < written) {
      return List.of(); // what can never come is told already
    }
    return each.stream()
        .map(path -> new Rule(rule.order(), rule.route(), rule.hosts(), path, rule.conditions()))
        .toList();
  }

  /** One of the rules before that leave nothing for it; null where there is none. */
  private @Nullable Rule taker(Rule rule, HostIndex before) {
    // Whatever covers all hosts and paths of the rule covers the first, and is found there.
    HostPattern first = rule.hosts().stream().findFirst().orElse(null);
    AsciiString host = first == null ? AsciiString.EMPTY_STRING : Utf8.bytes(first.toString());
    AsciiString path = Utf8.bytes(rule.paths().sample());
    Rule taker = before.fold(host, path, Reachability::covering, rule, null);
    return taker == null || hasTenantsOfItsOwn(rule, taker) ? null : taker;
  }

  private static @Nullable Rule covering(List<Rule> rules, Rule rule, @Nullable Rule found) {
    if (found != null) {
      return found;
    }
    return rules.stream().filter(before -> before.covers(rule)).findFirst().orElse(null);
  }

  /** Whether there is, or may be, a tenant that has the route, and not the one before it. */
  private boolean hasTenantsOfItsOwn(Rule rule, Rule before) {
    String name = rule.route().name();
    // Those of a file come and go.
    return config.tenantsFile() != null
        || config.tenants().values().stream()
            .map(TenantConfig::routes)
            .anyMatch(own -> own.contains(name) && !own.contains(before.route().name()));
  }

  private Problem unreachable(Rule rule, String why) {
    return config
        .routes()
        .get(rule.order())
        .place()
        .problem("can never match: " + why, "a place before it, or a narrower match there");
  }

  private static String words(Rule taker) {
    return "`%s` (line %d)"
        .formatted(taker.route().name(), taker.route().place().position().line());
  }
}
