package io.postern.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The built program, with one TLS listener and one pool. */
final class Postern implements AutoCloseable {

  private static final Pattern READY =
      Pattern.compile("postern ready.*edge 127\\.0\\.0\\.1:(\\d+)");

  private final Process process;
  private final int port;

  private Postern(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it and waits until it serves.
   *
   * @param folder for its config and access log
   * @param pool the keys of its pool, YAML in flow style
   */
  static Postern start(Path folder, Identity identity, String pool) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("postern.yaml"),
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls: {certificates: [{chain: %s, key: %s}]}
            routes:
              - {name: all, pool: app}
            pools:
              app: %s
            accessLog: {to: file, file: %s}
            """
                .formatted(identity.chain(), identity.key(), pool, folder.resolve("access.log")));
    Process process =
        new ProcessBuilder(System.getProperty("postern"), "run", "-c", config.toString())
            .redirectErrorStream(true)
            .start();
    return new Postern(process, awaitReady(process));
  }

  private static int awaitReady(Process process) throws IOException {
    StringBuilder said = new StringBuilder();
    BufferedReader output = process.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      said.append(line).append('\n');
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        Thread.ofVirtual().start(() -> output.lines().forEach(System.out::println));
        return Integer.parseInt(ready.group(1));
      }
    }
    throw new AssertionError("it does not start: " + said);
  }

  /** Where it listens, on 127.0.0.1. */
  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
