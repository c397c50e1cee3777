package io.postern.config;

import java.util.Map;
import java.util.Set;

/**
 * Where a section of the config stands, for messages about it.
 *
 * @param file the file, as it was named on the command line
 * @param path the key path of the section, such as {@code listeners.edge.tls}; empty for the root
 * @param position where the section starts
 * @param keys where each key that was written in the section has its value, those of lists and
 *     sections below it too: {@code hosts}, {@code hosts[0]}, {@code headers.x-canary.regex}
 * @param secrets those of them whose value has the content of a file in it, which is told to nobody
 */
public record Place(
    String file, String path, Position position, Map<String, Position> keys, Set<String> secrets) {

  /** One in which nothing is secret. */
  public Place(String file, String path, Position position, Map<String, Position> keys) {
    this(file, path, position, keys, Set.of());
  }

  /** A line and a column, both from 1. */
  public record Position(int line, int column) {}

  /**
   * A problem with one key of this section.
   *
   * @param key the key below this section, such as {@code certificates[0].key}; its position is
   *     that of its value, or of the section where it was left out
   */
  public Problem problem(String key, String what, String expected) {
    Position at = keys.getOrDefault(key, position);
    return new Problem(file, at, below(path, key), what, expected, null);
  }

  /** A problem with this section as a whole. */
  public Problem problem(String what, String expected) {
    return new Problem(file, position, path, what, expected, null);
  }

  /** A key of a section by itself. */
  static Place of(Place section, String key) {
    Position at = section.keys().getOrDefault(key, section.position());
    return new Place(section.file(), below(section.path(), key), at, Map.of());
  }

  /** Whether a value, or something in it, is told to nobody. */
  boolean isSecret(String key) {
    return secrets.stream()
        .anyMatch(
            each -> each.equals(key) || each.startsWith(key + ".") || each.startsWith(key + "["));
  }

  /** The path of a key below another. */
  static String below(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Two sections that say the same are equal wherever they stand. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Place;
  }

  @Override
  public int hashCode() {
    return 0;
  }
}
