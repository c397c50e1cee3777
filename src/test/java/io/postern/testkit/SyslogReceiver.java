package io.postern.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server of syslog that reads only when it is asked what has come; for one thread. */
public abstract sealed class SyslogReceiver implements AutoCloseable {

  private final List<String> messages = new ArrayList<>();
  final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);

  /** One for datagrams of UDP. */
  public static SyslogReceiver udp() throws IOException {
    return new Udp();
  }

  /** One for connections, on any port. */
  public static Tcp tcp() throws IOException {
    return tcp(0);
  }

  /** The same on a port. */
  public static Tcp tcp(int port) throws IOException {
    return new Tcp(port);
  }

  /** One for datagrams to a path. */
  public static SyslogReceiver unix(Path path) {
    return new Unix(path);
  }

  /** How a config names it. */
  public abstract String server();

  /** What has come so far. */
  public final List<String> messages() throws IOException {
    read();
    return messages;
  }

  abstract void read() throws IOException;

  final void came(String message) {
    messages.add(message);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private String taken() {
    return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
  }

  private static final class Udp extends SyslogReceiver {

    private final DatagramChannel channel;

    Udp() throws IOException {
      channel = DatagramChannel.open().setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
      channel.bind(loopback(0)).configureBlocking(false);
    }

    @Override
    public String server() {
      return "udp://127.0.0.1:" + channel.socket().getLocalPort();
    }

    @Override
    void read() throws IOException {
      while (channel.receive(buffer.clear()) != null) {
        came(super.taken());
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** For connections, on which each message stands behind its length. */
  public static final class Tcp extends SyslogReceiver {

    private record Connection(SocketChannel channel, StringBuilder rest) {}

    private final ServerSocketChannel accepting;
    private final List<Connection> connections = new ArrayList<>();

    private Tcp(int port) throws IOException {
      accepting = ServerSocketChannel.open().setOption(StandardSocketOptions.SO_REUSEADDR, true);
      accepting.bind(loopback(port)).configureBlocking(false);
    }

    @Override
    public String server() {
      return "tcp://127.0.0.1:" + accepting.socket().getLocalPort();
    }

    /** How many connections there have been. */
    public int connections() {
      return connections.size();
    }

    @Override
    void read() throws IOException {
      SocketChannel accepted;
      while ((accepted = accepting.accept()) != null) {
        accepted.configureBlocking(false);
        connections.add(new Connection(accepted, new StringBuilder()));
      }
      for (Connection each : connections) {
        while (each.channel.isOpen() && each.channel.read(buffer.clear()) > 0) {
          each.rest.append(super.taken());
        }
        frames(each.rest);
      }
    }

    private void frames(StringBuilder rest) {
      int space;
      while ((space = rest.indexOf(" ")) > 0) {
        int end = space + 1 + Integer.parseInt(rest.substring(0, space));
        if (rest.length() < end) {
          return;
        }
        came(rest.substring(space + 1, end));
        rest.delete(0, end);
      }
    }

    /** Closes its end of all connections. */
    public void closeConnections() throws IOException {
      for (Connection each : connections) {
        each.channel.close();
      }
    }

    @Override
    public void close() throws IOException {
      accepting.close();
      closeConnections();
    }
  }

  private static final class Unix extends SyslogReceiver {

    private final NotifySocket socket;

    Unix(Path path) {
      socket = NotifySocket.open(path.toString());
    }

    @Override
    public String server() {
      return "unix:" + socket.name();
    }

    @Override
    void read() {
      @Nullable String message;
      while ((message = socket.poll()) != null) {
        came(message);
      }
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  @Override
  public abstract void close() throws IOException;
}
