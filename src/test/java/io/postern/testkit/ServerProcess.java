package io.postern.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Assumptions;

/**
 * A server that nobody here wrote, in a process of its own, on a port of the loopback address that
 * was free a moment ago.
 */
public final class ServerProcess implements AutoCloseable {

  private final Process process;
  private final int port;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Skips the test where a program is not there. */
  public static void assumeInstalled(String program, String debianPackage) {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of(program)),
        "SKIPPED: there is no " + program + "; apt-get install " + debianPackage);
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param directory where it runs; what it says goes to {@code server.log} there
   * @param command to listen on a port
   */
  public static ServerProcess start(Path directory, IntFunction<List<String>> command)
      throws IOException {
    int port = freePort();
    Process process =
        new ProcessBuilder(command.apply(port))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("server.log").toFile())
            .start();
    ServerProcess started = new ServerProcess(process, port);
    Await.until("it listens", started::answers);
    return started;
  }

  private static int freePort() {
    try (ScriptedServer server = ScriptedServer.start()) {
      return server.port();
    }
  }

  private boolean answers() {
    if (!process.isAlive()) {
      throw new AssertionError("it has ended with " + process.exitValue());
    }
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new AssertionError("it does not end");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
