package io.postern.route;

import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.RouteConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What paths a rule takes. Where whole paths are listed, those of them that also meet the prefixes
 * and the expressions are all there is to know; else a path must be below one of the prefixes, and
 * be matched by one of the expressions, as far as there are any. Immutable and shared.
 *
 * @param listed whether whole paths were listed
 * @param whole those that can come
 * @param prefixes without a trailing slash, so {@code ""} for all: {@code /a/} takes {@code /a} too
 * @param expressions each to match a whole path
 */
record PathRule(
    boolean listed, List<String> whole, List<String> prefixes, List<Pattern> expressions) {

  /** Every path. */
  static final PathRule ANY = new PathRule(false, List.of(), List.of(), List.of());

  static PathRule compile(RouteConfig.Match match, Consumer<Problem> problems) {
    Place place = match.place();
    List<String> prefixes = new ArrayList<>();
    for (String prefix : match.pathPrefix()) {
      prefixes.add(prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix);
    }
    PathRule rest = new PathRule(false, List.of(), List.copyOf(prefixes), match.pathRegex());
    List<String> whole = new ArrayList<>();
    for (String path : match.path()) {
      if (rest.takes(path)) {
        whole.add(path);
      } else {
        String what = "`" + path + "` never matches: pathPrefix or pathRegex excludes it";
        problems.accept(place.problem("path", what, "a path that meets them too"));
      }
    }
    boolean listed = !match.path().isEmpty();
    return new PathRule(listed, List.copyOf(whole), rest.prefixes, List.copyOf(rest.expressions));
  }

  /** Whether a path, of which the index has seen to the rest, is matched by an expression. */
  boolean matchesExpression(AsciiString path) {
    return listed || expressions.isEmpty() || matchesAny(Utf8.text(path));
  }

  private boolean matchesAny(CharSequence path) {
    for (int i = 0; i < expressions.size(); i++) {
      if (expressions.get(i).matcher(path).matches()) {
        return true;
      }
    }
    return false;
  }

  private boolean takes(String path) {
    return (prefixes.isEmpty() || isBelowAny(path)) && (expressions.isEmpty() || matchesAny(path));
  }

  private boolean isBelowAny(String path) {
    return prefixes.stream().anyMatch(p -> path.equals(p) || path.startsWith(p + "/"));
  }

  /** Whether every path that the other takes is taken by this one too. */
  boolean covers(PathRule other) {
    if (listed) {
      return other.listed && whole.containsAll(other.whole);
    }
    if (other.listed) {
      return other.whole.stream().allMatch(this::takes);
    }
    boolean allBelow =
        !other.prefixes.isEmpty() && other.prefixes.stream().allMatch(this::isBelowAny);
    boolean allMatched = !other.expressions.isEmpty() && expressions.containsAll(other.expressions);
    return (prefixes.isEmpty() || allBelow) && (expressions.isEmpty() || allMatched);
  }

  /** What it asks for. */
  String words() {
    if (listed) {
      return String.join(" or ", whole);
    }
    List<String> parts = new ArrayList<>();
    if (!prefixes.isEmpty()) {
      parts.add("below " + String.join("/ or ", prefixes) + "/");
    }
    if (!expressions.isEmpty()) {
      parts.add(
          "matched by "
              + expressions.stream().map(Pattern::toString).collect(Collectors.joining(" or ")));
    }
    return String.join(" and ", parts);
  }

  /** What it takes, path by path; one alone where it lists none. */
  List<PathRule> each() {
    if (listed) {
      return whole.stream()
          .map(path -> new PathRule(true, List.of(path), List.of(), List.of()))
          .toList();
    }
    return prefixes.isEmpty()
        ? List.of(this)
        : prefixes.stream()
            .map(prefix -> new PathRule(false, List.of(), List.of(prefix), expressions))
            .toList();
  }

  /** Whether no path can ever be taken. */
  boolean isEmpty() {
    return listed && whole.isEmpty();
  }

  /** A path at which the index holds every rule that could cover this one. */
  String sample() {
    if (listed) {
      return whole.getFirst();
    }
    return prefixes.isEmpty() ? "" : prefixes.getFirst();
  }
}
