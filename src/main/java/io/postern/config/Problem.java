package io.postern.config;

/**
 * One thing that is wrong with a config, in the words of whoever wrote it.
 *
 * @param path the key path, such as {@code pools.api.servers[2].weight}
 * @param what what is wrong
 * @param expected what would be right; empty where {@code what} says it all
 */
public record Problem(
    String file, Place.Position position, String path, String what, String expected) {

  /** {@code FILE:LINE:COL: key.path: what is wrong (what is expected)}. */
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
        + (expected.isEmpty() ? "" : " (expected: " + expected + ")");
  }
}
