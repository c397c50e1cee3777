package io.postern.config;

import io.postern.config.Place.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what is wrong with one file. Belongs to one reading of it. */
final class Report {

  private static final int SHOWN = 80;

  private final String file;
  private final List<Problem> problems = new ArrayList<>();

  /** The paths of all problems. */
  private final Set<String> refused = new HashSet<>();

  /** Those, and all that lie above them. */
  private final Set<String> troubled = new HashSet<>();

  private final List<Problem> warnings = new ArrayList<>();
  private final Map<Position, String> secrets = new HashMap<>();

  Report(String file) {
    this.file = file;
  }

  /** The file, as the user named it. */
  String file() {
    return file;
  }

  void problem(Position at, String path, String what, String expected) {
    add(new Problem(file, at, printable(path), what, expected, null));
  }

  void problem(Place place, String key, String what, String expected) {
    add(place.problem(key, what, expected));
  }

  void problem(Place place, String what, String expected) {
    add(place.problem(what, expected));
  }

  void warning(WarningCode code, Place place, String what, String expected) {
    warnings.add(place.problem(what, expected).warning(code));
  }

  void warning(WarningCode code, Place place, String key, String what, String expected) {
    warnings.add(place.problem(key, what, expected).warning(code));
  }

  /** Whether nothing is wrong with this key or anything below it. */
  boolean isClean(String path) {
    return !troubled.contains(path);
  }

  /** Whether nothing is wrong with this key itself, whatever there is below it. */
  boolean isReadable(String path) {
    return !refused.contains(path);
  }

  private void add(Problem problem) {
    problems.add(problem);
    String path = problem.path();
    refused.add(path);
    troubled.add(path);
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) == '.' || path.charAt(i) == '[') {
        troubled.add(path.substring(0, i));
      }
    }
  }

  /** Remembers that the value at this position came from a secret, and how it was written. */
  void secret(Position at, String written) {
    secrets.put(at, written);
  }

  /** A value for a message: in quotes, and where it came from a secret only as it was written. */
  String quoted(Place place, String key, String value) {
    return quoted(shown(place.keys().getOrDefault(key, place.position()), value));
  }

  /** The value at a position, or how it was written where that was a secret. */
  String shown(Position at, String value) {
    return secrets.getOrDefault(at, value);
  }

  /** Text for a message: in quotes, on one line, and not too long. */
  static String quoted(String text) {
    String shown = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    return '"' + printable(shown) + '"';
  }

  /** Controls would break the rule that a problem is one line. */
  static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                printable.append("\\u%04x".formatted(c));
              } else {
                printable.appendCodePoint(c);
              }
            });
    return printable.toString();
  }

  /** In the order of the file. */
  List<Problem> problems() {
    return problems.stream().sorted(Report::byPosition).toList();
  }

  /** In the order of the file. */
  List<Problem> warnings() {
    return warnings.stream().sorted(Report::byPosition).toList();
  }

  // Those of Comparator can be serialised, so no cache for quick starts takes their classes.
  private static int byPosition(Problem a, Problem b) {
    Position left = a.position();
    Position right = b.position();
    return left.line() == right.line()
        ? Integer.compare(left.column(), right.column())
        : Integer.compare(left.line(), right.line());
  }
}
