package io.postern.testkit;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client on one TLS connection that speaks HTTP/1.1 or HTTP/2, so that a scenario is told once
 * and holds for both. With HTTP/1.1 one call follows the other; with HTTP/2 they may overlap.
 */
public final class Caller implements AutoCloseable {

  /** What is spoken. */
  public enum Protocol {
    H1("http/1.1"),
    H2("h2");

    private final String alpn;

    Protocol(String alpn) {
      this.alpn = alpn;
    }

    /** Connects to the proxy as {@code localhost}. */
    public Caller connect(ProxyUnderTest proxy) {
      return connect(proxy.address(), "localhost");
    }

    /** Connects to one of a proxy's listeners with an SNI. */
    public Caller connect(InetSocketAddress address, String serverName) {
      ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), serverName, alpn);
      return switch (this) {
        case H1 -> new Caller(serverName, RawClient.connect(address, tls), null);
        case H2 -> new Caller(serverName, null, H2Client.connect(address, tls));
      };
    }
  }

  /**
   * A response that broke off.
   *
   * @param status what its head said
   * @param bytes how much content had come
   */
  public record Cut(int status, long bytes) {}

  private final String host;
  private final @Nullable RawClient h1;
  private final @Nullable H2Client h2;

  private Caller(String host, @Nullable RawClient h1, @Nullable H2Client h2) {
    this.host = host;
    this.h1 = h1;
    this.h2 = h2;
  }

  /** The connection, where it is HTTP/1.1. */
  public RawClient h1() {
    return there(h1);
  }

  /** The connection, where it is HTTP/2. */
  public H2Client h2() {
    return there(h2);
  }

  /** A GET to the host that was connected to. */
  public Call get(String target) {
    return call("GET", host, target);
  }

  /** A request without content; fields are names and values in turn. */
  public Call call(String method, String authority, String target, String... fields) {
    if (h2 != null) {
      List<Field> all = new java.util.ArrayList<>(H2Client.request(method, authority, target));
      all.addAll(Field.list(fields));
      return new Call(method, null, h2.open(true, all));
    }
    there(h1).send(head(method, authority, target, Field.list(fields)));
    return new Call(method, h1, null);
  }

  /** A POST with content that a thread of its own sends, as fast as it is taken. */
  public Call post(String target, Content content) {
    Call call = begin("POST", target, content.length());
    if (h2 != null) {
      H2Stream stream = there(call.stream);
      Thread.ofVirtual().start(() -> sendQuietly(stream, content));
    } else {
      there(h1).sendInBackground(content);
    }
    return call;
  }

  /** The head of a request with so many bytes of content to come. */
  public Call begin(String method, String target, long length) {
    if (h2 != null) {
      return new Call(method, null, h2.start(method, host, target));
    }
    List<Field> fields = Field.list("Content-Length", Long.toString(length));
    there(h1).send(head(method, host, target, fields));
    return new Call(method, h1, null);
  }

  private static String head(String method, String host, String target, List<Field> fields) {
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
    head.append("Host: ").append(host).append("\r\n");
    fields.forEach(f -> head.append(f.name()).append(": ").append(f.value()).append("\r\n"));
    return head.append("\r\n").toString();
  }

  private static void sendQuietly(H2Stream stream, Content content) {
    try {
      stream.send(content).end();
    } catch (UncheckedIOException | AssertionError answeredBefore) {
      // What became of the request is told by its answer.
    }
  }

  private static <T> T there(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("the other protocol is spoken here");
    }
    return part;
  }

  @Override
  public void close() {
    if (h1 != null) {
      h1.close();
    } else {
      there(h2).close();
    }
  }

  /** One request, and what comes back. */
  public static final class Call {

    private final String method;
    private final @Nullable RawClient connection;
    private final @Nullable H2Stream stream;

    private Call(String method, @Nullable RawClient connection, @Nullable H2Stream stream) {
      this.method = method;
      this.connection = connection;
      this.stream = stream;
    }

    /** Sends a piece of the content; the last one, with {@code end}, makes it as long as told. */
    public Call send(String latin1, boolean end) {
      if (stream != null) {
        stream.data(latin1, end);
      } else {
        there(connection).send(latin1);
      }
      return this;
    }

    /** Waits for the whole response. */
    public Answer answer() {
      return stream != null ? stream.answer() : there(connection).readAnswer(method);
    }

    /**
     * Waits for the head of a response and for its end before it was whole: with HTTP/1.1 that of
     * the connection, with HTTP/2 the reset of the stream. Fails where it was whole, and where
     * anything comes after.
     */
    public Cut cut() {
      if (stream != null) {
        int status = stream.awaitHead().status();
        stream.awaitReset();
        return new Cut(status, stream.received());
      }
      RawClient client = there(connection);
      Head head = client.readHead();
      Received received = client.readContent(head, method);
      if (received.complete()) {
        throw new AssertionError("whole: " + head.startLine() + ", " + received);
      }
      client.awaitEnding();
      return new Cut(head.status(), received.length());
    }

    /** Waits for the head of the response and for so many bytes of its content. */
    public int awaitBegun(int bytes) {
      if (stream != null) {
        int status = stream.awaitHead().status();
        stream.awaitReceived(bytes);
        return status;
      }
      throw new IllegalStateException("with HTTP/1.1 bytes are read when they are asked for");
    }
  }
}
