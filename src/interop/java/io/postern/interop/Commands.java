package io.postern.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Programs that run to their end. */
final class Commands {

  /**
   * @param exit its exit code
   * @param output what it wrote, errors too
   */
  record Result(int exit, String output) {}

  private Commands() {}

  /** Runs one that has to succeed. */
  static void run(String... command) {
    Result result = result(List.of(command));
    if (result.exit() != 0) {
      throw new AssertionError(String.join(" ", command) + ": " + result.output());
    }
  }

  /** Runs one and tells how it ended. */
  static Result result(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes());
      return new Result(process.waitFor(), output);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
