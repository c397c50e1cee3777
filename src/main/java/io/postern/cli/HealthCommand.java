package io.postern.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.postern.config.Bind;
import io.postern.config.ConfigLoader;
import io.postern.config.HealthConfig;
import io.postern.config.Loaded;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code postern health}: asks a process of this config how it is, for who can only run a program.
 */
@Command(
    name = "health",
    description =
        "Asks the `health` port of the config; exits 0 where it is ready, else 1. For a container's"
            + " HEALTHCHECK.")
final class HealthCommand implements Callable<Integer> {

  private static final int PATIENCE_MILLIS = 3000;

  @Mixin private ConfigOption option = new ConfigOption();

  @Override
  public Integer call() {
    if (!(ConfigLoader.load(option.file(), System.getenv()) instanceof Loaded.Valid valid)) {
      return unhealthy(option.file() + " has problems, see `postern check`");
    }
    HealthConfig health = valid.config().health();
    if (health == null) {
      return unhealthy(option.file() + " has no `health`, so there is no port to ask");
    }
    if (!(health.bind() instanceof Bind.Address at)) {
      return unhealthy(health.bind() + " has its address in a unit of systemd, not in this config");
    }
    try {
      String status = status(at, health.path());
      boolean ready = status.matches("HTTP/1\\.[01] 200( .*)?");
      System.out.println(status);
      return ready ? 0 : 1;
    } catch (IOException e) {
      return unhealthy(health.bind() + ": " + e.getMessage());
    }
  }

  private static int unhealthy(String why) {
    System.err.println("postern: " + why);
    return 1;
  }

  /** The first line of the answer; empty where there is none. */
  private static String status(Bind.Address bind, String path) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(address(bind), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      String line =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
      return line == null ? "" : line;
    }
  }

  /** Where the process listens; on every address is on this machine's own too. */
  private static InetSocketAddress address(Bind.Address bind) {
    InetSocketAddress at = new InetSocketAddress(bind.host(), bind.port());
    return at.getAddress().isAnyLocalAddress()
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), at.getPort())
        : at;
  }
}
