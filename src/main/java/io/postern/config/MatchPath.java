package io.postern.config;

/**
 * The normal form of a path that requests are matched against: every escape is decoded and no dot
 * segment is left, so a path in the config that is written otherwise would never match.
 */
final class MatchPath {

  private MatchPath() {}

  /** What a path should be; empty where it is in normal form. */
  static String expected(String path) {
    if (!path.startsWith("/")) {
      return "a path that begins with /";
    }
    if (path.matches("(?s).*/\\.{1,2}(/.*)?")) {
      return "a path without the segments . and ..";
    }
    if (path.matches("(?s).*%[0-9A-Fa-f]{2}.*")) {
      return "a path with its escapes decoded: a space for %20";
    }
    if (path.matches("(?s).*[?#\\\\].*")) {
      return "a path alone: no query, fragment or backslash";
    }
    return path.chars().anyMatch(Character::isISOControl) ? "a path without controls" : "";
  }
}
