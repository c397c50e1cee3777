package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server of HTTP/1.1 on one port or more that counts how many connections are open at once, on
 * all of them together: whenever one comes, the ends of others that have come before it are read
 * first. Each request, which has no content, is answered with {@code ok} after up to two
 * milliseconds. One thread does it all.
 */
public final class CountingServer implements AutoCloseable {

  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

  private static final long MOST_NANOS = 2_000_000;

  private final Selector selector;
  private final List<ServerSocketChannel> sockets = new ArrayList<>();
  private final List<Connection> open = new ArrayList<>();
  private final Random random = new Random(1);
  private final Thread thread;
  private volatile int peak;
  private final AtomicInteger answered = new AtomicInteger();
  private volatile boolean stopped;

  private static final class Connection {
    private final SocketChannel channel;
    private final StringBuilder received = new StringBuilder();
    private long answerAt;

    Connection(SocketChannel channel) {
      this.channel = channel;
    }

    boolean isAsked() {
      return received.indexOf("\r\n\r\n") >= 0;
    }
  }

  private CountingServer(int ports) throws IOException {
    selector = Selector.open();
    for (int i = 0; i < ports; i++) {
      ServerSocketChannel socket = ServerSocketChannel.open();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
      socket.configureBlocking(false);
      socket.register(selector, SelectionKey.OP_ACCEPT);
      sockets.add(socket);
    }
    thread = Thread.ofPlatform().name("counting-server").start(this::run);
  }

  /** A server on so many free ports of 127.0.0.1. */
  public static CountingServer start(int ports) {
    try {
      return new CountingServer(ports);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** One of its ports. */
  public int port(int index) {
    try {
      return ((InetSocketAddress) sockets.get(index).getLocalAddress()).getPort();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** How many connections were open at once, at most. */
  public int peak() {
    return peak;
  }

  /** How many requests were answered. */
  public int answered() {
    return answered.get();
  }

  private void run() {
    try {
      while (!stopped) {
        selector.select(key -> {}, 1);
        readAll();
        for (ServerSocketChannel socket : sockets) {
          acceptFrom(socket);
        }
        answerAll();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void acceptFrom(ServerSocketChannel socket) throws IOException {
    for (SocketChannel next = socket.accept(); next != null; next = socket.accept()) {
      next.configureBlocking(false);
      next.register(selector, SelectionKey.OP_READ);
      readAll(); // whoever has gone before it came
      open.add(new Connection(next));
      peak = Math.max(peak, open.size());
    }
  }

  private void readAll() throws IOException {
    for (Iterator<Connection> each = open.iterator(); each.hasNext(); ) {
      Connection connection = each.next();
      if (!read(connection)) {
        connection.channel.close();
        each.remove();
      }
    }
  }

  private boolean read(Connection from) {
    ByteBuffer bytes = ByteBuffer.allocate(8192);
    try {
      int read = from.channel.read(bytes);
      if (read > 0) {
        boolean before = from.isAsked();
        from.received.append(StandardCharsets.ISO_8859_1.decode(bytes.flip()));
        if (!before && from.isAsked()) {
          from.answerAt = System.nanoTime() + random.nextLong(MOST_NANOS);
        }
      }
      return read >= 0;
    } catch (IOException reset) {
      return false;
    }
  }

  private void answerAll() {
    long now = System.nanoTime();
    for (Connection each : open) {
      if (each.isAsked() && each.answerAt - now <= 0) {
        each.received.setLength(0);
        answered.incrementAndGet();
        try {
          each.channel.write(ByteBuffer.wrap(ANSWER));
        } catch (IOException gone) {
          // It is read to its end the next time.
        }
      }
    }
  }

  @Override
  public void close() {
    stopped = true;
    selector.wakeup();
    try {
      thread.join(Await.LIMIT);
      for (Connection each : open) {
        each.channel.close();
      }
      for (ServerSocketChannel each : sockets) {
        each.close();
      }
      selector.close();
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }
}
