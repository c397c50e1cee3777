package io.postern.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server of HTTP/1.1 that writes down every byte it receives, and reads it by a {@link
 * CanonicalReader}. It answers 200 without content, or with the bytes that a test gave it for a
 * target. A byte that does not belong to a request in its canonical form fails the test at the next
 * {@link #take}, and so does one that {@link #close} finds.
 */
public final class RecordingServer implements AutoCloseable {

  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

  private final ServerSocket socket;
  private final Watched watched = new Watched();
  private final Map<String, Said> byTarget = new ConcurrentHashMap<>();
  private final List<Recorded> requests = new ArrayList<>();
  private final List<Throwable> failures = new ArrayList<>();
  private final List<Socket> connections = new ArrayList<>();
  private final List<Integer> ended = new ArrayList<>();

  /** What is said to a request, and whether the connection ends with it. */
  private record Said(String latin1, boolean last) {}

  private RecordingServer(ServerSocket socket) {
    this.socket = socket;
    Thread.ofVirtual().name("recording-server").start(this::accept);
  }

  /** A server on a free port of 127.0.0.1. */
  public static RecordingServer start() {
    try {
      return new RecordingServer(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /**
   * Says these bytes, as Latin-1, to requests for a target, once their content has come.
   *
   * @param last whether a FIN follows them
   */
  public void answer(String target, String latin1, boolean last) {
    byTarget.put(target, new Said(latin1, last));
  }

  /** The requests that have come since the last call, the broken off among them. */
  public List<Recorded> take() {
    requireNoFailure();
    return watched.look(
        () -> {
          List<Recorded> taken = List.copyOf(requests);
          requests.clear();
          return taken;
        });
  }

  /** Waits for the end of a connection, by its place among all, from 0. */
  public void awaitEnding(int connection) {
    watched.await(
        "the end of connection " + connection,
        () -> ended.contains(connection) ? Boolean.TRUE : null);
  }

  private void accept() {
    while (true) {
      try {
        Socket accepted = socket.accept();
        int index = watched.look(connections::size);
        watched.change(() -> connections.add(accepted));
        Thread.ofVirtual().name("recording-" + index).start(() -> serve(accepted, index));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection, int index) {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      CanonicalReader reader = new CanonicalReader(in, index, raw::write);
      for (Recorded came = reader.next(); came != null; came = reader.next()) {
        Recorded told = came;
        watched.change(() -> requests.add(told));
        if (came.complete()) {
          Said said = byTarget.getOrDefault(came.target(), new Said(OK, false));
          connection.getOutputStream().write(said.latin1().getBytes(StandardCharsets.ISO_8859_1));
          if (said.last()) {
            connection.shutdownOutput();
          }
        }
      }
    } catch (SocketException reset) {
      // What was sent before it was read.
    } catch (IOException | AssertionError failure) {
      failed(failure, index, raw);
    }
    watched.change(() -> ended.add(index));
  }

  private void failed(Throwable failure, int index, ByteArrayOutputStream raw) {
    String bytes = Corpus.escape(raw.toByteArray());
    AssertionError told = new AssertionError("connection " + index + ": " + bytes, failure);
    watched.change(() -> failures.add(told));
  }

  private void requireNoFailure() {
    List<Throwable> seen =
        watched.look(
            () -> {
              List<Throwable> all = List.copyOf(failures);
              failures.clear();
              return all;
            });
    if (!seen.isEmpty()) {
      throw new AssertionError(seen.size() + " times not the one form", seen.getFirst());
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
      for (Socket each : watched.look(() -> List.copyOf(connections))) {
        each.close();
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    requireNoFailure();
  }
}
