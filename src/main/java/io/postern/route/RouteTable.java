package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.config.Config;
import io.postern.config.Problem;
import io.postern.config.RouteConfig;
import io.postern.http.RequestHead;
import io.postern.tenant.Tenant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
   * @param warnings what works and is likely not meant
   */
  public record Compiled(RouteTable table, List<Problem> problems, List<Problem> warnings) {}

  private final HostIndex index;
  private final List<Rule> rules;

  private RouteTable(HostIndex index, List<Rule> rules) {
    this.index = index;
    this.rules = List.copyOf(rules);
  }

  /** Compiles the routes of a config, and reports what they leave nothing for. */
  public static Compiled compile(Config config) {
    return compile(config, null);
  }

  /**
   * The same where others ran before.
   *
   * @param before what is counted of these goes on in routes of the same name; null for none
   */
  public static Compiled compile(Config config, @Nullable RouteTable before) {
    Map<String, Route> known = new HashMap<>();
    if (before != null) {
      before.all().forEach(route -> known.put(route.name(), route));
    }
    HostIndex index = new HostIndex();
    List<Problem> problems = new ArrayList<>();
    Reachability reachability = new Reachability(config);
    List<Rule> rules = new ArrayList<>();
    for (RouteConfig route : config.routes()) {
      Rule rule = Rule.compile(rules.size(), route, known.get(route.name()), problems::add);
      rules.add(rule);
      if (!rule.paths().isEmpty()) {
        reachability.check(rule, index);
      }
      index.add(rule);
    }
    problems.addAll(reachability.problems());
    return new Compiled(
        new RouteTable(index, rules), List.copyOf(problems), reachability.warnings());
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
