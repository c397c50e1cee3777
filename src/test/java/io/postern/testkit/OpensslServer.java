package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code openssl s_server}, which answers every request with a page that says what it knows of the
 * handshake and of the client, and closes the connection.
 */
public final class OpensslServer implements AutoCloseable {

  private final ServerProcess process;
  private final Path directory;

  private OpensslServer(ServerProcess process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /**
   * Starts one on a free port.
   *
   * @param directory where it runs and writes what it says
   * @param options more of its own, such as {@code -tls1_2}
   */
  public static OpensslServer start(Path directory, String... options) {
    return startAt(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), ServerProcess.freePort()),
        directory,
        options);
  }

  /** The same at an address. */
  public static OpensslServer startAt(
      InetSocketAddress address, Path directory, String... options) {
    String at = address.getAddress().getHostAddress() + ":" + address.getPort();
    List<String> command = new ArrayList<>(List.of("openssl", "s_server", "-www", "-accept", at));
    command.addAll(List.of(options));
    try {
      return new OpensslServer(ServerProcess.startAt(address, directory, command), directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens. */
  public int port() {
    return process.port();
  }

  /** What it has said so far. */
  public List<String> said() {
    try {
      return Files.readAllLines(directory.resolve("server.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
