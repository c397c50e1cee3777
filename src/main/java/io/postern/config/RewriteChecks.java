package io.postern.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What must hold between the keys of a rewrite, and its route. */
final class RewriteChecks {

  private static final List<String> KEYS = List.of("host", "path", "pathPrefix", "pathRegex");
  private static final List<String> PATHS = KEYS.subList(1, 4);

  /** Escapes of slashes, backslashes and controls, which no request has either. */
  private static final Pattern BAD_ESCAPE = Pattern.compile("%(2[Ff]|5[Cc]|[01].|7[Ff])");

  private static final Pattern GROUP = Pattern.compile("\\\\([0-9])");

  private static final String BAD = " is no path that servers agree on";
  private static final String GOOD =
      "a path without dot segments, escapes of slashes or controls, and // at its start";

  private final RouteConfig route;
  private final RewriteConfig rewrite;
  private final Report report;

  private RewriteChecks(RouteConfig route, RewriteConfig rewrite, Report report) {
    this.route = route;
    this.rewrite = rewrite;
    this.report = report;
  }

  static void check(RouteConfig route, Report report) {
    if (route.rewrite() != null) {
      new RewriteChecks(route, route.rewrite(), report).check();
    }
  }

  private void check() {
    checkKeys();
    if (route.redirect() != null || route.respond() != null) {
      report.problem(rewrite.place(), "no server is asked", "a pool, or no rewrite");
    }
    if (rewrite.host() != null) {
      checkHost(rewrite.host());
    }
    checkPath("path", rewrite.path());
    checkPath("pathPrefix", rewrite.pathPrefix());
    if (rewrite.pathPrefix() != null && route.match().pathPrefix().isEmpty()) {
      String what = "there is no prefix to replace";
      report.problem(rewrite.place(), "pathPrefix", what, "match.pathPrefix, or path");
    }
    if (rewrite.pathRegex() != null) {
      checkExpression(rewrite.pathRegex());
    }
  }

  private void checkKeys() {
    Place place = rewrite.place();
    if (place.keys().keySet().stream().noneMatch(KEYS::contains)) {
      report.problem(place, "asks for nothing", "one of " + Nearest.oneOf(KEYS));
    }
    List<String> written = place.keys().keySet().stream().filter(PATHS::contains).toList();
    for (String further : written.subList(Math.min(1, written.size()), written.size())) {
      String what = "is a second path beside " + written.getFirst();
      report.problem(place, further, what, "one of " + Nearest.oneOf(PATHS));
    }
  }

  private void checkHost(String host) {
    boolean port = host.lastIndexOf(':') > host.lastIndexOf(']');
    try {
      HostPort.parse(port ? host : host + ":80");
    } catch (IllegalArgumentException e) {
      String what = report.quoted(rewrite.place(), "host", host) + " is no host";
      report.problem(rewrite.place(), "host", what, String.valueOf(e.getMessage()));
    }
  }

  private void checkPath(String key, @Nullable String path) {
    if (path != null && isBad(path)) {
      report.problem(rewrite.place(), key, report.quoted(rewrite.place(), key, path) + BAD, GOOD);
    }
  }

  private static boolean isBad(String path) {
    return path.startsWith("//")
        || BAD_ESCAPE.matcher(path).find()
        || path.matches("(?i)(.*/)?(\\.|%2e){1,2}([;/].*)?");
  }

  private void checkExpression(RewriteConfig.PathRegex regex) {
    Place place = regex.place();
    Matcher group = GROUP.matcher(regex.substitution());
    while (group.find()) {
      if (Integer.parseInt(group.group(1)) > regex.pattern().groupCount()) {
        String what = "there is no group for " + group.group();
        String expected = "at most \\" + regex.pattern().groupCount();
        report.problem(place, "substitution", what, expected);
      }
    }
    if (isBad(regex.substitution())) {
      String shown = report.quoted(place, "substitution", regex.substitution());
      report.problem(place, "substitution", shown + BAD, GOOD);
    }
  }
}
