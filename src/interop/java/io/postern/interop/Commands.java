package io.postern.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs that run to their end. */
final class Commands {

  private Commands() {}

  /** Runs one that has to succeed, within two minutes. */
  static void run(List<String> command) throws IOException, InterruptedException {
    Path output = Files.createTempFile("interop-", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new AssertionError(String.join(" ", command) + ":\n" + Files.readString(output));
      }
    } finally {
      Files.delete(output);
    }
  }
}
