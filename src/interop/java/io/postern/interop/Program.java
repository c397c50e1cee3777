package io.postern.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that serves once it has said so, until it is closed. */
final class Program implements AutoCloseable {

  private final Process process;
  private final int port;

  private Program(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts one and waits until it serves.
   *
   * @param ready what is in the line that says so; its first group is the port
   */
  static Program start(Pattern ready, List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    StringBuilder said = new StringBuilder();
    BufferedReader output = process.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      Matcher matcher = ready.matcher(line);
      if (matcher.find()) {
        Thread.ofVirtual().start(() -> output.lines().forEach(System.out::println));
        return new Program(process, Integer.parseInt(matcher.group(1)));
      }
    }
    throw new AssertionError("it does not start: " + said);
  }

  /** Where it listens. */
  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
