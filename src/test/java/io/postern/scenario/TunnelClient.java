package io.postern.scenario;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** A client that asks for a WebSocket, and then sends and reads bytes: no frames of WebSocket. */
interface TunnelClient extends AutoCloseable {

  /** The key of RFC 6455 §1.3. */
  String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  /** Asks over HTTP/1.1, and waits for no answer. */
  static TunnelClient ask(ProxyUnderTest proxy, String path) {
    return new OverH1(Version.h1(proxy).send(request(path)));
  }

  /** Asks over either version, and waits for no answer. */
  static TunnelClient ask(Version version, ProxyUnderTest proxy, String path) {
    return switch (version) {
      case H1 -> ask(proxy, path);
      case H2 -> new OverH2(Version.h2(proxy), path);
    };
  }

  /** The same with a receive buffer, or windows, that hold little. */
  static TunnelClient askSlow(Version version, ProxyUnderTest proxy, String path) {
    return switch (version) {
      case H1 -> new OverH1(Version.H1.connectSlow(proxy).connection().send(request(path)));
      case H2 -> new OverH2(Version.h2(proxy).givesBack(false), path);
    };
  }

  /** What proves that a server has understood a key (RFC 6455 §4.2.2). */
  static String accept(String key) {
    try {
      byte[] both = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(both));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The request in HTTP/2 (RFC 8441 §5.1). */
  static List<Field> extendedConnect(String path, String... more) {
    List<Field> fields =
        new ArrayList<>(
            Field.list(
                ":method",
                "CONNECT",
                ":protocol",
                "websocket",
                ":scheme",
                "https",
                ":path",
                path,
                ":authority",
                "localhost",
                "sec-websocket-version",
                "13"));
    fields.addAll(Field.list(more));
    return fields;
  }

  /** The request in HTTP/1.1. */
  static String request(String path) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        + KEY
        + "\r\n\r\n";
  }

  /** Waits for the head of the answer; whether it is that of a tunnel. */
  boolean isOpened();

  TunnelClient send(String latin1);

  /** Sends so many bytes on a thread of its own. */
  Future<?> sendInBackground(long length);

  /** How many bytes have been sent. */
  long sent();

  /** Waits for exactly so many bytes. */
  String read(int length);

  /** Reads so many bytes, whatever they are. */
  void skip(long length);

  /** Ends this side in good order. */
  void end();

  /** Ends both, in none. */
  void reset();

  /**
   * Waits for the other side's end, in good order and with nothing before it; then ends this side
   * too.
   */
  void awaitEnd();

  /** Waits until the tunnel is broken off. */
  void awaitBreak();

  @Override
  void close();

  /** Over HTTP/1.1: the connection itself becomes the tunnel. */
  final class OverH1 implements TunnelClient {

    private final RawClient connection;

    private OverH1(RawClient connection) {
      this.connection = connection;
    }

    @Override
    public boolean isOpened() {
      return connection.readHead().status() == 101;
    }

    @Override
    public TunnelClient send(String latin1) {
      connection.send(latin1);
      return this;
    }

    @Override
    public Future<?> sendInBackground(long length) {
      return connection.sendInBackground(Content.ofSize(length));
    }

    @Override
    public long sent() {
      return connection.sent();
    }

    @Override
    public String read(int length) {
      return connection.read(length);
    }

    @Override
    public void skip(long length) {
      int piece = 64 * 1024;
      for (long left = length; left > 0; left -= piece) {
        connection.read((int) Math.min(left, piece));
      }
    }

    @Override
    public void end() {
      connection.halfClose();
    }

    @Override
    public void reset() {
      connection.reset();
    }

    @Override
    public void awaitEnd() {
      if (connection.awaitEnding() != RawClient.Ending.CLOSED) {
        throw new AssertionError("the tunnel did not end in good order");
      }
    }

    @Override
    public void close() {
      connection.close();
    }

    /** RFC 6455 has no sign for it: the connection is closed without more ado. */
    @Override
    public void awaitBreak() {
      awaitEnd();
    }
  }

  /** Over HTTP/2: a stream of the connection is the tunnel. */
  final class OverH2 implements TunnelClient {

    private static final long CANCEL = 8;
    private static final long PIECE = 1 << 20;

    private final H2Client client;
    private final H2Stream stream;
    private final AtomicLong sent = new AtomicLong();
    private int read;

    private OverH2(H2Client client, String path) {
      this.client = client;
      this.stream = client.open(false, extendedConnect(path));
    }

    @Override
    public boolean isOpened() {
      return stream.awaitHead().status() == 200;
    }

    @Override
    public TunnelClient send(String latin1) {
      stream.data(latin1, false);
      return this;
    }

    @Override
    public Future<?> sendInBackground(long length) {
      CompletableFuture<Long> done = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                long piece = 16 * 1024;
                for (long left = length; left > 0; left -= piece) {
                  stream.send(Content.ofSize(Math.min(left, piece)));
                  sent.addAndGet(Math.min(left, piece));
                }
                done.complete(length);
              });
      return done;
    }

    @Override
    public long sent() {
      return sent.get();
    }

    @Override
    public String read(int length) {
      stream.awaitReceived(read + length);
      read += length;
      return stream.text(read - length, read);
    }

    @Override
    public void skip(long length) {
      client.givesBack(true).widen(1 << 20);
      stream.widen(1 << 20);
      for (long at = Math.min(PIECE, length); at < length; at += PIECE) {
        stream.awaitReceived(at); // each has its own time, however slow the machine is
      }
      stream.awaitReceived(length);
    }

    @Override
    public void end() {
      stream.end();
    }

    @Override
    public void reset() {
      stream.reset(CANCEL);
    }

    @Override
    public void awaitEnd() {
      long before = read;
      if (stream.answer().content().length() != before && before > 0) {
        throw new AssertionError("more came before the end");
      }
      stream.end();
    }

    @Override
    public void awaitBreak() {
      if (stream.awaitReset() != CANCEL) {
        throw new AssertionError("not the code of RFC 8441");
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
