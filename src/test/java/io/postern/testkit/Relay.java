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
  private final int slow;
  private volatile InetSocketAddress target;

  private Relay(ServerSocket socket, InetSocketAddress target, int slow) {
    this.socket = socket;
    this.slow = slow;
    this.target = target;
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  /** A port before this address. */
  public static Relay to(InetSocketAddress target) {
    return to(target, 0);
  }

  /** The same, by which the first 200 bytes to the address go one by one. */
  public static Relay byteByByte(InetSocketAddress target) {
    return to(target, 200);
  }

  private static Relay to(InetSocketAddress target, int slow) {
    try {
      return new Relay(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), target, slow);
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
        server.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> pump(client, server, slow));
        Thread.ofVirtual().start(() -> pump(server, client, 0));
      } catch (IOException _) {
        // It is closed, or there is nobody behind it: the client sees that.
      }
    }
  }

  private static void pump(Socket from, Socket to, int slow) {
    try (to) {
      for (int i = 0; i < slow; i++) {
        int one = from.getInputStream().read();
        if (one < 0) {
          return;
        }
        to.getOutputStream().write(one);
      }
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
