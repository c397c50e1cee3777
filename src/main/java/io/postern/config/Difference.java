package io.postern.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a config has and another has not. What two configs have in common is found by what
 * it is called: listeners, routes, pools and tenants by their names, servers by their addresses.
 *
 * @param path where it is, such as {@code pools.app.servers[10.0.0.1:8080].weight}
 * @param before what stood there; null where nothing did
 * @param after what stands there; null where nothing does
 */
public record Difference(String path, @Nullable String before, @Nullable String after) {

  /** All there are, in the order of the sections. */
  public static List<Difference> between(Config before, Config after) {
    List<Difference> found = new ArrayList<>();
    sections(before, after, "", found);
    return List.copyOf(found);
  }

  /** The name of the section at the root that it is in. */
  public String section() {
    int end = 0;
    while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
      end++;
    }
    return path.substring(0, end);
  }

  /**
   * Compares two values.
   *
   * @param secret whether something in one of them is told to nobody
   */
  private static void values(
      @Nullable Object before,
      @Nullable Object after,
      boolean secret,
      String path,
      List<Difference> found) {
    if (Objects.equals(before, after)) {
      return;
    }
    if (before instanceof Map<?, ?> some && after instanceof Map<?, ?> others) {
      named(some, others, secret, name -> path + "." + name, found);
    } else if (before instanceof List<?> some
        && after instanceof List<?> others
        && isNamed(some)
        && isNamed(others)) {
      Map<?, ?> old = byName(some);
      Map<?, ?> now = byName(others);
      named(old, now, secret, name -> path + "[" + name + "]", found);
      order(old, now, path, found);
    } else if (before != null
        && after != null
        && before.getClass() == after.getClass()
        && SectionShape.isSection(before.getClass())) {
      sections(before, after, path, found);
    } else {
      found.add(new Difference(path, text(before, secret), text(after, secret)));
    }
  }

  private static @Nullable String text(@Nullable Object value, boolean secret) {
    return value == null ? null : secret ? "***" : ValueText.of(value);
  }

  private static void sections(Object before, Object after, String path, List<Difference> found) {
    Place was = SectionShape.place((Record) before);
    Place is = SectionShape.place((Record) after);
    for (KeyShape key : SectionShape.of(before.getClass()).keys()) {
      String name = key.name();
      boolean secret = was.isSecret(name) || is.isSecret(name);
      values(key.valueIn(before), key.valueIn(after), secret, Place.below(path, name), found);
    }
  }

  private static void named(
      Map<?, ?> before,
      Map<?, ?> after,
      boolean secret,
      Function<Object, String> path,
      List<Difference> found) {
    before.forEach(
        (name, value) -> values(value, after.get(name), secret, path.apply(name), found));
    after.forEach(
        (name, value) -> {
          if (!before.containsKey(name)) {
            values(null, value, secret, path.apply(name), found);
          }
        });
  }

  /** Of routes the first that matches decides, so that their order says something. */
  private static void order(
      Map<?, ?> before, Map<?, ?> after, String path, List<Difference> found) {
    List<?> old = before.keySet().stream().filter(after::containsKey).toList();
    List<?> now = after.keySet().stream().filter(before::containsKey).toList();
    if (!old.equals(now)) {
      found.add(new Difference(path + " (order)", ValueText.of(old), ValueText.of(now)));
    }
  }

  private static boolean isNamed(List<?> list) {
    return list.stream().allMatch(each -> name(each) != null) && byName(list).size() == list.size();
  }

  private static Map<String, Object> byName(List<?> list) {
    return list.stream()
        .collect(
            Collectors.toMap(
                each -> String.valueOf(name(each)),
                each -> (Object) each,
                (one, other) -> one,
                LinkedHashMap::new));
  }

  private static @Nullable String name(Object of) {
    return switch (of) {
      case RouteConfig route -> route.name();
      case PoolConfig.Server server -> server.address().toString();
      case TlsConfig.Certificate certificate -> certificate.chain().toString();
      default -> null;
    };
  }

  /** On one line, with a sign in front: {@code +} added, {@code -} removed, {@code ~} changed. */
  @Override
  public String toString() {
    if (before == null) {
      return "+ " + path + ": " + after;
    }
    return after == null ? "- " + path : "~ " + path + ": " + before + " -> " + after;
  }
}
