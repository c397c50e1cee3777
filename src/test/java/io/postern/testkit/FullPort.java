package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of 127.0.0.1 that answers no SYN: it listens, nobody accepts, and the kernel's queue of
 * connections is full. Whoever connects hears nothing.
 */
public final class FullPort implements AutoCloseable {

  private static final int PATIENCE_MILLIS = 200;
  private static final int MOST = 16;

  private final ServerSocket server;
  private final List<Socket> waiting = new ArrayList<>();

  public FullPort() {
    try {
      server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      fill();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void fill() throws IOException {
    while (waiting.size() < MOST) {
      Socket next = new Socket();
      waiting.add(next);
      try {
        next.connect(address(), PATIENCE_MILLIS);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
    throw new AssertionError("a queue of one takes " + MOST + " connections");
  }

  /** What to connect to in vain. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  @Override
  public void close() {
    try {
      for (Socket each : waiting) {
        each.close();
      }
      server.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
