package io.postern.config;

import io.postern.config.Place.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What must hold between the keys of the routes. */
final class RouteChecks {

  private static final List<String> ACTIONS = List.of("pool", "split", "redirect", "respond");
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  /** Responses that have no content (RFC 9110 §15.3.5, §15.3.6, §15.4.5). */
  private static final Set<Integer> WITHOUT_CONTENT = Set.of(204, 205, 304);

  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}?");
  private static final Set<String> PLACEHOLDERS = Set.of("${host}", "${path}", "${query}");

  private final Config config;
  private final Report report;

  private RouteChecks(Config config, Report report) {
    this.config = config;
    this.report = report;
  }

  static void check(Config config, Report report) {
    RouteChecks checks = new RouteChecks(config, report);
    checks.checkNames();
    for (RouteConfig route : config.routes()) {
      checks.checkMatch(route.match());
      checks.checkActions(route);
      if (route.pool() != null) {
        PoolNames.check(config, report, route.place(), "pool", route.pool());
      }
      SplitChecks.check(config, route, report);
      checks.checkPages(route);
      checks.checkMirror(route);
      checks.checkUpgrades(route);
      RewriteChecks.check(route, report);
      FieldEditsChecks.check(route, report);
      if (route.redirect() != null) {
        checks.checkRedirect(route.redirect());
      }
      if (route.respond() != null) {
        checks.checkRespond(route.respond());
      }
    }
  }

  private void checkNames() {
    Map<String, RouteConfig> seen = new HashMap<>();
    for (RouteConfig route : config.routes()) {
      RouteConfig first = seen.putIfAbsent(route.name(), route);
      if (first != null) {
        Place place = first.place();
        report.problem(
            route.place(),
            "name",
            report.quoted(route.place(), "name", route.name())
                + " is the name of %s (line %d) too".formatted(place.path(), line(place, "name")),
            "each name once");
      }
    }
  }

  private static int line(Place place, String key) {
    return place.keys().getOrDefault(key, place.position()).line();
  }

  private void checkMatch(RouteConfig.Match match) {
    checkPaths(match.place(), "path", match.path());
    checkPaths(match.place(), "pathPrefix", match.pathPrefix());
    match.headers().values().forEach(value -> ValueMatches.check(value, report));
    match.query().values().forEach(value -> ValueMatches.check(value, report));
  }

  private void checkPaths(Place place, String key, List<String> paths) {
    // After a refused element the positions of the others are not known any more.
    if (!report.isClean(Place.below(place.path(), key))) {
      return;
    }
    for (int i = 0; i < paths.size(); i++) {
      String element = key + "[" + i + "]";
      String expected = MatchPath.expected(paths.get(i));
      if (!expected.isEmpty()) {
        String shown = report.quoted(place, element, paths.get(i));
        report.problem(place, element, shown + " can never match", expected);
      }
    }
  }

  private void checkActions(RouteConfig route) {
    Place place = route.place();
    List<String> written = place.keys().keySet().stream().filter(ACTIONS::contains).toList();
    if (written.isEmpty()) {
      report.problem(place, "has no action", "one of " + Nearest.oneOf(ACTIONS));
    }
    for (String further : written.subList(Math.min(1, written.size()), written.size())) {
      String what = "is a second action beside " + written.getFirst();
      report.problem(place, further, what, "exactly one of " + Nearest.oneOf(ACTIONS));
    }
  }

  private void checkMirror(RouteConfig route) {
    MirrorConfig mirror = route.mirror();
    if (mirror != null) {
      PoolNames.check(config, report, mirror.place(), "pool", mirror.pool());
      if (route.redirect() != null || route.respond() != null) {
        report.problem(mirror.place(), "no server is asked", "a pool, or no mirror");
      }
    }
  }

  private void checkPages(RouteConfig route) {
    for (ErrorPageConfig page : route.errorPages()) {
      boolean body = page.body() != null;
      if (body == (page.file() != null)) {
        report.problem(page.place(), body ? "has body and file" : "says nothing", "body or file");
      }
    }
  }

  /** An h2c connection to a server would carry requests that nobody has looked at. */
  private void checkUpgrades(RouteConfig route) {
    List<String> upgrades = route.upgrades();
    for (int i = 0; i < upgrades.size(); i++) {
      if (upgrades.get(i).equalsIgnoreCase("h2c")) {
        String what = "h2c would carry requests past every rule of this file";
        report.problem(route.place(), "upgrades[" + i + "]", what, "another protocol");
      }
    }
  }

  private void checkRedirect(RouteConfig.Redirect redirect) {
    Place place = redirect.place();
    if (!REDIRECTS.contains(redirect.status())) {
      String what = shown(place, "status", redirect.status()) + " is no redirect";
      report.problem(place, "status", what, "301, 302, 303, 307 or 308");
    }
    Matcher placeholder = PLACEHOLDER.matcher(redirect.location());
    while (placeholder.find()) {
      if (!PLACEHOLDERS.contains(placeholder.group())) {
        Position at = place.keys().getOrDefault("location", place.position());
        boolean secret = !report.shown(at, redirect.location()).equals(redirect.location());
        String what = secret ? "a placeholder" : Report.quoted(placeholder.group());
        report.problem(
            place, "location", what + " is not known here", "$${host}, $${path} or $${query}");
      }
    }
  }

  private void checkRespond(RouteConfig.Respond respond) {
    if (WITHOUT_CONTENT.contains(respond.status()) && !respond.body().isEmpty()) {
      String status = shown(respond.place(), "status", respond.status());
      String what = "a response with status " + status + " has no body";
      report.problem(respond.place(), "body", what, "no body, or another status");
    }
  }

  private String shown(Place place, String key, int value) {
    Position at = place.keys().getOrDefault(key, place.position());
    return report.shown(at, Integer.toString(value));
  }
}
