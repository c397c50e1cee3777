package io.postern.config;

import java.util.List;

/** What must hold within a match of a value or of content. */
final class ValueMatches {

  private static final List<String> OF_VALUES = List.of("exact", "regex", "present");
  private static final List<String> OF_CONTENT = List.of("contains", "regex");

  private ValueMatches() {}

  static void check(RouteConfig.ValueMatch match, Report report) {
    exactlyOne(match.place(), OF_VALUES, report);
  }

  static void check(ActiveCheck.BodyMatch match, Report report) {
    exactlyOne(match.place(), OF_CONTENT, report);
  }

  private static void exactlyOne(Place place, List<String> keys, Report report) {
    List<String> written = keys.stream().filter(key -> place.keys().containsKey(key)).toList();
    if (written.size() != 1) {
      report.problem(
          place,
          written.isEmpty() ? "asks for nothing" : "has " + String.join(" and ", written),
          "exactly one of " + Nearest.oneOf(keys));
    }
  }
}
