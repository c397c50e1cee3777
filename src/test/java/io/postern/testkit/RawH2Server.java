package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * An HTTP/2 server in plain that does nothing by itself but acknowledge SETTINGS and PING: a test
 * says each frame, good or bad, on the {@link RawH2Connection}s that it accepts.
 */
public final class RawH2Server implements AutoCloseable {

  private final ServerSocket socket;
  private final long[] settings;
  private final Watched watched = new Watched();
  private final List<RawH2Connection> connections = new ArrayList<>();

  private RawH2Server(ServerSocket socket, long... settings) {
    this.socket = socket;
    this.settings = settings;
    Thread.ofVirtual().name("raw-h2-server").start(this::accept);
  }

  /** A server that begins each connection with these SETTINGS, identifiers and values in turn. */
  public static RawH2Server start(long... settings) {
    try {
      return new RawH2Server(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()), settings);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A server that says nothing first: no SETTINGS, and no answer to those of the client. */
  public static RawH2Server startSilent() {
    return start(0);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** Waits for the connection with this place among all, from 0. */
  public RawH2Connection awaitConnection(int index) {
    return watched.await(
        "connection " + index, () -> connections.size() > index ? connections.get(index) : null);
  }

  /** How many connections have come. */
  public int connections() {
    return watched.look(connections::size);
  }

  private void accept() {
    while (true) {
      try {
        RawH2Connection connection = new RawH2Connection(socket.accept(), settings);
        watched.change(() -> connections.add(connection));
        connection.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
      watched.look(() -> List.copyOf(connections)).forEach(RawH2Connection::close);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
