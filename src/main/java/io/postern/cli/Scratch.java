package io.postern.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A folder for the files of one run, which goes with them when it ends.
 *
 * @param path where it is
 */
record Scratch(Path path) implements AutoCloseable {

  /** Makes one among the temporary files of the machine. */
  static Scratch create(String prefix) throws IOException {
    return new Scratch(Files.createTempDirectory(prefix));
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(path);
  }
}
