package io.postern.testkit;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends exactly the bytes that a test gives it, and reads nothing that the test does
 * not ask for. Every read has a deadline. Bytes may be sent before TLS is started: a PROXY header.
 *
 * <p>For one thread, but for what {@link #sendInBackground} does.
 */
public final class RawClient implements AutoCloseable {

  /** How the other side ended the connection. */
  public enum Ending {
    /** A FIN, or a close_notify: JSSE does not tell the two apart. */
    CLOSED,
    /** An RST, or something of TLS that failed. */
    RESET
  }

  private final Socket raw;
  private final AtomicLong sent = new AtomicLong();
  private Socket socket;
  private WireReader reader;

  private RawClient(InetSocketAddress address, int receiveBuffer, @Nullable String from)
      throws IOException {
    raw = new Socket();
    if (from != null) {
      raw.bind(new InetSocketAddress(from, 0));
    }
    if (receiveBuffer > 0) {
      raw.setReceiveBufferSize(receiveBuffer);
    }
    raw.setTcpNoDelay(true);
    raw.setSoTimeout((int) Await.LIMIT.toMillis());
    raw.connect(address, (int) Await.LIMIT.toMillis());
    socket = raw;
    reader = new WireReader(new BufferedInputStream(raw.getInputStream()));
  }

  /** Connects. */
  public static RawClient connect(InetSocketAddress address) {
    return connect(address, 0);
  }

  /** Connects with a receive buffer of this many bytes or so, to be a slow reader. */
  public static RawClient connect(InetSocketAddress address, int receiveBuffer) {
    try {
      return new RawClient(address, receiveBuffer, null);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Connects from an address of this machine. */
  public static RawClient connectFrom(String from, InetSocketAddress address) {
    try {
      return new RawClient(address, 0, from);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Connects and shakes hands. */
  public static RawClient connect(InetSocketAddress address, ClientTls tls) {
    return connect(address).startTls(tls);
  }

  /** Waits for the acknowledgement of what it sent before it sends more (Nagle, RFC 1122). */
  public RawClient delayingSmallWrites() {
    try {
      raw.setTcpNoDelay(false);
      return this;
    } catch (SocketException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Shakes hands on the connection as it stands. */
  public RawClient startTls(ClientTls tls) {
    try {
      SSLSocket secure =
          (SSLSocket) tls.context().getSocketFactory().createSocket(raw, "localhost", 0, true);
      SSLParameters parameters = secure.getSSLParameters();
      tls.applyTo(parameters);
      secure.setSSLParameters(parameters);
      secure.startHandshake();
      socket = secure;
      reader = new WireReader(new BufferedInputStream(secure.getInputStream()));
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** What the handshake agreed on. */
  public SSLSession session() {
    return secure().getSession();
  }

  /** What ALPN chose; empty where nothing. */
  public String protocol() {
    return secure().getApplicationProtocol();
  }

  /** Where this end is. */
  public InetSocketAddress local() {
    return (InetSocketAddress) raw.getLocalSocketAddress();
  }

  /** Sends a text as Latin-1. */
  public RawClient send(String latin1) {
    return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes. */
  public RawClient send(byte[] bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      sent.addAndGet(bytes.length);
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Sends content as it is, without framing. */
  public RawClient send(Content content) {
    int piece = 16 * 1024;
    for (long at = 0; at < content.length(); at += piece) {
      send(content.slice(at, (int) Math.min(piece, content.length() - at)));
    }
    return this;
  }

  /** Sends content as one chunk of the chunked coding. */
  public RawClient sendChunk(String latin1) {
    return send(Integer.toHexString(latin1.length()) + "\r\n" + latin1 + "\r\n");
  }

  /** Sends content on a thread of its own, so that the test sees how far it comes. */
  public Future<?> sendInBackground(Content content) {
    CompletableFuture<RawClient> done = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                done.complete(send(content));
              } catch (UncheckedIOException failure) {
                done.completeExceptionally(failure.getCause());
              }
            });
    return done;
  }

  /** How many bytes the socket has taken, of whatever was sent. */
  public long sent() {
    return sent.get();
  }

  /** Reads a head. */
  public Head readHead() {
    return reading(
        () -> {
          Head head = reader.readHead();
          if (head == null) {
            throw new EOFException("the connection was closed before a head");
          }
          return head;
        });
  }

  /** Reads the content that follows the head of a response to a method. */
  public Received readContent(Head head, String method) {
    int status = head.status();
    boolean none = method.equals("HEAD") || status < 200 || status == 204 || status == 304;
    Tally tally = new Tally();
    return none
        ? tally.received(List.of(), true)
        : reading(() -> reader.readContent(head, true, tally));
  }

  /** Reads a response to anything but HEAD, past heads that another follows. */
  public Answer readAnswer() {
    return readAnswer("GET");
  }

  /** Reads a response to a method, past heads that another follows. */
  public Answer readAnswer(String method) {
    Head head = readHead();
    while (head.status() < 200 && head.status() != 101) {
      head = readHead();
    }
    return new Answer(head.status(), head.fields(), readContent(head, method));
  }

  /** Sends a request without content and reads the response. */
  public Answer get(String target, String host) {
    return send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n").readAnswer();
  }

  /** Reads exactly so many bytes. */
  public String read(int length) {
    return reading(
        () -> {
          Tally tally = new Tally();
          if (reader.read(length, tally) < length) {
            throw new EOFException("after " + tally.length() + " of " + length + " bytes");
          }
          return tally.received(List.of(), true).text();
        });
  }

  /** Reads all that comes before the other side ends the connection in good order. */
  public String readToEnd() {
    return reading(
        () -> {
          Tally tally = new Tally();
          reader.read(Long.MAX_VALUE, tally);
          return tally.received(List.of(), true).text();
        });
  }

  /** Waits for the other side to end the connection; fails where anything comes before that. */
  public Ending awaitEnding() {
    try {
      Tally tally = new Tally();
      if (reader.read(1, tally) > 0) {
        throw new AssertionError("not the end, but: " + tally.received(List.of(), true).text());
      }
      return Ending.CLOSED;
    } catch (SocketException | javax.net.ssl.SSLException | EOFException broken) {
      return Ending.RESET;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Sends a FIN, after a close_notify where there is TLS, and stays to read. */
  public RawClient halfClose() {
    return ending(socket::shutdownOutput);
  }

  /** Sends a FIN without a close_notify. */
  public RawClient cut() {
    return ending(raw::shutdownOutput);
  }

  /** Sends an RST. */
  public void reset() {
    ending(
        () -> {
          raw.setSoLinger(true, 0);
          raw.close();
        });
  }

  @Override
  public void close() {
    ending(raw::close);
  }

  /** The connection itself, for a client that speaks another protocol on it. */
  Socket socket() {
    return socket;
  }

  private SSLSocket secure() {
    if (socket instanceof SSLSocket secure) {
      return secure;
    }
    throw new IllegalStateException("TLS was not started");
  }

  private <T> T reading(Reading<T> step) {
    try {
      return step.read();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private RawClient ending(Step step) {
    try {
      step.run();
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws IOException;
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }
}
