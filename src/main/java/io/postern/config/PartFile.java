package io.postern.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A file that holds a part of the config.
 *
 * @param path where it is
 * @param environment what <code>${NAME}</code> in it is looked up in: that of the config itself
 */
public record PartFile(Path path, Map<String, String> environment) {

  static final String EXPECTED = "a path, absolute or relative to this file";

  static PartFile parse(String text) {
    try {
      if (!text.isEmpty()) {
        return new PartFile(Path.of(text), Map.of());
      }
    } catch (InvalidPathException _) {
      // Said below: the exception's own message would repeat the text.
    }
    throw new IllegalArgumentException(EXPECTED);
  }

  /** As it is written, without what stands in the environment. */
  @Override
  public String toString() {
    return path.toString();
  }
}
