package io.postern.config;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a config, in the words of whoever wrote it.
 *
 * @param path the key path, such as {@code pools.api.servers[2].weight}
 * @param what what is wrong
 * @param expected what would be right; empty where {@code what} says it all
 * @param code of what only deserves a warning; null where it cannot run
 */
public record Problem(
    String file,
    Place.Position position,
    String path,
    String what,
    String expected,
    @Nullable WarningCode code) {

  /** The same, of which is only warned. */
  public Problem warning(WarningCode of) {
    return new Problem(file, position, path, what, expected, of);
  }

  /**
   * {@code FILE:LINE:COL: key.path: what is wrong (what is expected)}, and in brackets the code.
   */
  @Override
  public String toString() {
    return file
        + ":"
        + position.line()
        + ":"
        + position.column()
        + ": "
        + (path.isEmpty() ? "" : path + ": ")
        + what
        + (expected.isEmpty() ? "" : " (expected: " + expected + ")")
        + (code == null ? "" : " [" + code + "]");
  }
}
