package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** One port before several proxies, as a load balancer is: connections go where the test says. */
public final class Relay implements AutoCloseable {

  private final ServerSocket socket;
  private volatile InetSocketAddress target;

  private Relay(ServerSocket socket, InetSocketAddress target) {
    this.socket = socket;
    this.target = target;
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  /** A port before this address. */
  public static Relay to(InetSocketAddress target) {
    try {
      return new Relay(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), target);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** From now on connections go to this address. */
  public void switchTo(InetSocketAddress other) {
    target = other;
  }

  /** Its port, of 127.0.0.1. */
  public int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Socket server = new Socket(target.getAddress(), target.getPort());
        Thread.ofVirtual().start(() -> pump(client, server));
        Thread.ofVirtual().start(() -> pump(server, client));
      } catch (IOException _) {
        // It is closed, or there is nobody behind it: the client sees that.
      }
    }
  }

  private static void pump(Socket from, Socket to) {
    try (to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // Either side has gone, and the other is told by the close.
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
