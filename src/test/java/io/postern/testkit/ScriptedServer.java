package io.postern.testkit;

import io.postern.testkit.Behaviour.OnConnection;
import io.postern.testkit.Behaviour.OnRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A server of HTTP/1.1, and of HTTP/2 for whoever begins with its preface, that does what a test
 * tells it, and writes down all that comes. Each connection has a thread of its own. What is not
 * scripted is answered with 200 and {@code ok}.
 *
 * <p>{@link #close} fails the test where a script failed, or where a request was not HTTP. That a
 * peer went away is no failure: see {@link ScriptedConnection#ending}.
 */
public final class ScriptedServer implements AutoCloseable {

  private static final OnRequest OK = new Behaviour.Respond(Response.of(200, "ok"));

  private final @Nullable ServerTls tls;
  private final Map<String, Script<OnRequest>> byPath = new ConcurrentHashMap<>();
  private final List<ScriptedConnection> connections = new CopyOnWriteArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private volatile Script<OnConnection> onConnections =
      new Script<>(List.of(new Behaviour.Serve()));
  private volatile boolean expectsHeaders;
  private volatile ServerSocket socket;
  private volatile Thread acceptor;

  private ScriptedServer(int port, @Nullable ServerTls tls) throws IOException {
    this.tls = tls;
    this.socket = listen(port);
    this.acceptor = acceptFrom(socket);
  }

  /** A server on a free port of 127.0.0.1. */
  public static ScriptedServer start() {
    return start((ServerTls) null);
  }

  /** A server that does the same with every request. */
  public static ScriptedServer start(OnRequest... always) {
    return start((ServerTls) null).otherwise(always);
  }

  /** A server that speaks TLS. */
  public static ScriptedServer start(@Nullable ServerTls tls) {
    return start(0, tls);
  }

  /** A server on a port of its choice, or where another was. */
  public static ScriptedServer start(int port, @Nullable ServerTls tls) {
    try {
      return new ScriptedServer(port, tls);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What to do with requests for a path: one after the other, the last for all that follow. */
  public ScriptedServer on(String path, OnRequest... behaviours) {
    byPath.put(path, new Script<>(List.of(behaviours)));
    return this;
  }

  /** What to do with requests for other paths. */
  public ScriptedServer otherwise(OnRequest... behaviours) {
    return on("", behaviours);
  }

  /** What to do with connections: one after the other, the last for all that follow. */
  public ScriptedServer onConnections(OnConnection... behaviours) {
    onConnections = new Script<>(List.of(behaviours));
    return this;
  }

  /** Each connection has to begin with a PROXY header from now on, before TLS. */
  public ScriptedServer expectingHeaders() {
    expectsHeaders = true;
    return this;
  }

  boolean expectsHeaders() {
    return expectsHeaders;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  /** The port of {@link #address}. */
  public int port() {
    return socket.getLocalPort();
  }

  /** Refuses connections from now on; those that are there stay. */
  public void refuse() {
    try {
      socket.close();
      // Only then has the kernel closed it too.
      if (!acceptor.join(Await.LIMIT)) {
        throw new AssertionError("a scripted server does not stop accepting");
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  /** Listens again where it did before {@link #refuse}. */
  public void listenAgain() {
    try {
      socket = listen(port());
      acceptor = acceptFrom(socket);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** All requests whose heads have come, in order. */
  public List<Request> requests() {
    return List.copyOf(requests);
  }

  /** All requests for a path. */
  public List<Request> requests(String path) {
    return requests.stream().filter(request -> path(request).equals(path)).toList();
  }

  /** Waits for the request with this place among all, from 0. */
  public Request awaitRequest(int index) {
    Await.until("request " + index, () -> requests.size() > index);
    return requests.get(index);
  }

  /** All connections that have come, in order. */
  public List<ScriptedConnection> connections() {
    return List.copyOf(connections);
  }

  /** Waits for the connection with this place among all, from 0. */
  public ScriptedConnection awaitConnection(int index) {
    Await.until("connection " + index, () -> connections.size() > index);
    return connections.get(index);
  }

  /** Ends all, and fails where something went wrong that no peer did. */
  @Override
  public void close() {
    refuse();
    connections.forEach(ScriptedConnection::stop);
    connections.forEach(ScriptedConnection::join);
    if (!failures.isEmpty()) {
      AssertionError error = new AssertionError("a scripted server failed", failures.getFirst());
      failures.stream().skip(1).forEach(error::addSuppressed);
      throw error;
    }
  }

  void came(Request request) {
    requests.add(request);
  }

  OnRequest behaviourFor(Request request) {
    Script<OnRequest> script = byPath.getOrDefault(path(request), byPath.get(""));
    return script == null ? OK : script.next();
  }

  void failed(Throwable failure) {
    failures.add(failure);
  }

  private static String path(Request request) {
    return request.target().split("\\?", 2)[0];
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 1024, InetAddress.getLoopbackAddress());
  }

  private Thread acceptFrom(ServerSocket listening) {
    return Thread.ofVirtual().name("scripted-server").start(() -> accept(listening));
  }

  private void accept(ServerSocket listening) {
    while (true) {
      try {
        Socket accepted = listening.accept();
        ScriptedConnection connection =
            new ScriptedConnection(this, connections.size(), accepted, tls, onConnections.next());
        connections.add(connection);
        connection.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  /** Steps, the last of which is taken again and again. */
  private static final class Script<T> {

    private final List<T> steps;
    private int taken;

    Script(List<T> steps) {
      this.steps = steps;
    }

    synchronized T next() {
      return steps.get(Math.min(taken++, steps.size() - 1));
    }
  }
}
