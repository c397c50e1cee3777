package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.config.Config;
import io.postern.config.HostPattern;
import io.postern.config.Problem;
import io.postern.config.RouteConfig;
import io.postern.config.TenantConfig;
import io.postern.http.RequestHead;
import io.postern.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a config, compiled: a pure function of a request head. Of all routes that match,
 * the first in the file wins; how long it takes to find depends on the labels of the host, the
 * segments of the path and the rules for just these, and not on how many other hosts and paths
 * there are.
 *
 * <p>Immutable, and shared by all event loops.
 */
public final class RouteTable {

  /**
   * A table and what is wrong with what it was made from.
   *
   * @param problems a table with any is not to be used
   */
  public record Compiled(RouteTable table, List<Problem> problems) {}

  private final HostIndex index;
  private final List<Rule> rules;

  private RouteTable(HostIndex index, List<Rule> rules) {
    this.index = index;
    this.rules = List.copyOf(rules);
  }

  /**
   * Compiles the routes of a config. Reported is also a route that can never match because one
   * before it takes all its requests; not one that several together leave nothing for.
   */
  public static Compiled compile(Config config) {
    HostIndex index = new HostIndex();
    List<Problem> problems = new ArrayList<>();
    List<Rule> rules = new ArrayList<>();
    for (RouteConfig route : config.routes()) {
      Rule rule = Rule.compile(rules.size(), route, problems::add);
      rules.add(rule);
      if (!rule.paths().isEmpty()) {
        Rule before = covering(index, rule);
        if (before != null && !hasTenantsOfItsOwn(config, route, before)) {
          problems.add(unreachable(route, before));
        }
      }
      index.add(rule);
    }
    return new Compiled(new RouteTable(index, rules), List.copyOf(problems));
  }

  /** Whether there is, or may be, a tenant that has the route, and not the one before it. */
  private static boolean hasTenantsOfItsOwn(Config config, RouteConfig route, Rule before) {
    // Those of a file come and go.
    return config.tenantsFile() != null
        || config.tenants().values().stream()
            .map(TenantConfig::routes)
            .anyMatch(own -> own.contains(route.name()) && !own.contains(before.route().name()));
  }

  /** One of the rules before this one that leave nothing for it; null where there is none. */
  private static @Nullable Rule covering(HostIndex index, Rule rule) {
    // Whatever covers all hosts and paths of the rule covers the first, and is found there.
    HostPattern first = rule.hosts().stream().findFirst().orElse(null);
    AsciiString host = first == null ? AsciiString.EMPTY_STRING : Utf8.bytes(first.toString());
    AsciiString path = Utf8.bytes(rule.paths().sample());
    return index.fold(host, path, RouteTable::covering, rule, null);
  }

  private static @Nullable Rule covering(List<Rule> rules, Rule rule, @Nullable Rule found) {
    if (found != null) {
      return found;
    }
    return rules.stream().filter(before -> before.covers(rule)).findFirst().orElse(null);
  }

  private static Problem unreachable(RouteConfig route, Rule before) {
    Route taker = before.route();
    String what =
        "can never match: `%s` (line %d) takes all its requests"
            .formatted(taker.name(), taker.place().position().line());
    return route.place().problem(what, "a place before it, or a narrower match there");
  }

  /**
   * The route of a request, or null where none matches.
   *
   * @param tenant who is calling; null where that is not known
   */
  public @Nullable Route match(RequestHead head, @Nullable Tenant tenant) {
    Request request = new Request(head, tenant);
    Rule rule = index.fold(head.host(), head.path(), Rule::earlier, request, null);
    return rule == null ? null : rule.route();
  }

  /** The routes, in the order of the config. */
  public List<Route> all() {
    return rules.stream().map(Rule::route).toList();
  }

  /** How each route stands to a request, in the order of the config. */
  public List<Considered> explain(RequestHead head, @Nullable Tenant tenant) {
    Request request = new Request(head, tenant);
    return rules.stream().map(rule -> new Considered(rule.route(), rule.against(request))).toList();
  }

  /** How many rules are looked at, at most, for a host and a path. */
  int candidates(AsciiString host, AsciiString path) {
    List<Rule> all = new ArrayList<>();
    index.fold(host, path, RouteTable::collect, all, null);
    return all.size();
  }

  private static @Nullable Rule collect(List<Rule> rules, List<Rule> all, @Nullable Rule found) {
    all.addAll(rules);
    return found;
  }
}
