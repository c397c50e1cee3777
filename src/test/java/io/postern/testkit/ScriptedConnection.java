package io.postern.testkit;

import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndOnAccept;
import io.postern.testkit.Behaviour.OnConnection;
import io.postern.testkit.Behaviour.SayOnAccept;
import io.postern.testkit.Behaviour.Serve;
import io.postern.testkit.Gate.StoppedException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A connection to a scripted server, with the thread that serves it. */
public final class ScriptedConnection {

  /** How it came to an end. */
  public enum Ending {
    /** The peer closed it. */
    CLOSED_BY_PEER,
    /** The peer reset it, or something of TLS failed. */
    BROKEN_BY_PEER,
    /** The script reset it. */
    RESET_BY_SCRIPT,
    /** The server was closed. */
    STOPPED
  }

  private final ScriptedServer server;
  private final int index;
  private final Socket raw;
  private final @Nullable ServerTls tls;
  private final OnConnection behaviour;
  private final Thread thread;
  private final CompletableFuture<Ending> ending = new CompletableFuture<>();
  private final CompletableFuture<SentHeader> header = new CompletableFuture<>();
  private volatile @Nullable Ending forced;
  private volatile @Nullable SSLSession session;
  private volatile @Nullable SSLSocket secured;
  private volatile String protocol = "";

  ScriptedConnection(
      ScriptedServer server,
      int index,
      Socket raw,
      @Nullable ServerTls tls,
      OnConnection behaviour) {
    this.server = server;
    this.index = index;
    this.raw = raw;
    this.tls = tls;
    this.behaviour = behaviour;
    this.thread = Thread.ofVirtual().name("scripted-connection-" + index).unstarted(this::run);
  }

  /** The address that it came from. */
  public InetSocketAddress peer() {
    return (InetSocketAddress) raw.getRemoteSocketAddress();
  }

  /** What TLS agreed on; only after a handshake. */
  public SSLSession session() {
    return Objects.requireNonNull(session);
  }

  /** What ALPN agreed on; empty for nothing. */
  public String protocol() {
    return protocol;
  }

  /** Waits for the PROXY header that it began with. */
  public SentHeader header() {
    return Await.result("the PROXY header of connection " + index, header);
  }

  /** Sends a close_notify now, from the test. */
  public void closeTls() {
    try {
      Objects.requireNonNull(secured).shutdownOutput();
    } catch (SocketException closed) {
      // The peer has answered it already.
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Whether it is still there. */
  public boolean isOpen() {
    return !ending.isDone();
  }

  /** Waits for its end. */
  public Ending ending() {
    return Await.result("the end of connection " + index, ending);
  }

  /** Sends a FIN now, from the test, as a server does with a connection that was idle too long. */
  public void finish() {
    try {
      raw.shutdownOutput();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Sends an RST now, from the test; does nothing where the connection has come to its end. */
  public void reset() {
    forced = Ending.RESET_BY_SCRIPT;
    try {
      raw.setSoLinger(true, 0);
      raw.close();
    } catch (IOException failure) {
      if (!raw.isClosed()) {
        throw new UncheckedIOException(failure);
      }
    }
  }

  void start() {
    thread.start();
  }

  void stop() {
    forced = Ending.STOPPED;
    thread.interrupt();
    closeRaw();
  }

  void join() {
    try {
      if (!thread.join(Await.LIMIT)) {
        server.failed(new AssertionError("connection " + index + " does not stop"));
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private void run() {
    Ending how = Ending.STOPPED;
    try (raw) {
      how = serve();
    } catch (EOFException closed) {
      how = Ending.CLOSED_BY_PEER;
    } catch (IOException broken) {
      how = Ending.BROKEN_BY_PEER;
    } catch (StoppedException expected) {
      how = Ending.STOPPED;
    } catch (Throwable failure) {
      server.failed(failure);
    } finally {
      Ending told = forced;
      ending.complete(told == null ? how : told);
    }
  }

  private Ending serve() throws IOException {
    raw.setTcpNoDelay(true);
    if (server.expectsHeaders()) {
      header.complete(SentHeader.read(raw.getInputStream()));
    }
    return switch (behaviour) {
      case EndOnAccept(End end) -> endOnAccept(end);
      case SayOnAccept(String bytes) -> sayOnAccept(bytes);
      case Serve() -> serveRequests(secured());
    };
  }

  private Ending endOnAccept(End end) throws IOException {
    if (end == End.RESET && raw.getInputStream().read() < 0) {
      return Ending.CLOSED_BY_PEER;
    }
    return end(raw, end);
  }

  private Ending sayOnAccept(String bytes) throws IOException {
    if (raw.getInputStream().read() < 0) {
      return Ending.CLOSED_BY_PEER;
    }
    raw.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    return end(raw, End.CLOSE);
  }

  private Socket secured() throws IOException {
    if (tls == null) {
      return raw;
    }
    SSLSocket secure =
        (SSLSocket) tls.context().getSocketFactory().createSocket(raw, null, 0, true);
    tls.applyTo(secure);
    secure.startHandshake();
    session = secure.getSession();
    protocol = secure.getApplicationProtocol();
    secured = secure;
    return secure;
  }

  private Ending serveRequests(Socket socket) throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    WireReader reader = new WireReader(in);
    for (Head head = reader.readHead(); head != null; head = reader.readHead()) {
      if (head.startLine().equals(ScriptedH2.PREFACE)) {
        return serveStreams(socket, in);
      }
      Request request = new Request(index, head);
      server.came(request);
      Conversation peer = new H1Conversation(head, reader, socket.getOutputStream());
      End end = new Performance(request, peer).run(server.behaviourFor(request));
      if (end != null) {
        return end(socket, end);
      }
    }
    return Ending.CLOSED_BY_PEER;
  }

  private Ending serveStreams(Socket socket, InputStream in) throws IOException {
    ScriptedH2 streams =
        new ScriptedH2(server, index, in, socket.getOutputStream(), how -> beginEnd(socket, how));
    try {
      streams.serve();
      return Ending.CLOSED_BY_PEER;
    } finally {
      streams.stop();
    }
  }

  private Ending end(Socket socket, End end) throws IOException {
    beginEnd(socket, end);
    if (raw.isClosed()) {
      return Ending.RESET_BY_SCRIPT;
    }
    // Past TLS: what comes is not looked at.
    raw.getInputStream().transferTo(OutputStream.nullOutputStream());
    return Ending.CLOSED_BY_PEER;
  }

  private void beginEnd(Socket socket, End end) throws IOException {
    switch (end) {
      case CLOSE, FINISH -> socket.shutdownOutput();
      case CUT -> raw.shutdownOutput();
      case STALL -> {}
      case RESET, ABORT -> {
        forced = Ending.RESET_BY_SCRIPT;
        raw.setSoLinger(true, 0);
        raw.close();
      }
    }
  }

  private void closeRaw() {
    try {
      raw.close();
    } catch (SocketException alreadyBroken) {
      // All the better.
    } catch (IOException failure) {
      server.failed(failure);
    }
  }
}
