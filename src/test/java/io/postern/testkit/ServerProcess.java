package io.postern.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
  private final InetSocketAddress address;

  private ServerProcess(Process process, InetSocketAddress address) {
    this.process = process;
    this.address = address;
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
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    return startAt(address, directory, command.apply(port));
  }

  /** The same at an address, which is in its command already. */
  public static ServerProcess startAt(
      InetSocketAddress address, Path directory, List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("server.log").toFile())
            .start();
    ServerProcess started = new ServerProcess(process, address);
    Await.until("it listens", started::answers);
    return started;
  }

  /** A port of the loopback address that nobody listens on now. */
  public static int freePort() {
    try (ScriptedServer server = ScriptedServer.start()) {
      return server.port();
    }
  }

  private boolean answers() {
    if (!process.isAlive()) {
      throw new AssertionError("it has ended with " + process.exitValue());
    }
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Where it listens. */
  public int port() {
    return address.getPort();
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
