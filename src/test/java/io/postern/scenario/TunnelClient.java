package io.postern.scenario;

import io.postern.testkit.Content;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.util.concurrent.Future;

/** A client that asks for a WebSocket, and then sends and reads bytes: no frames of WebSocket. */
interface TunnelClient extends AutoCloseable {

  /** The key of RFC 6455 §1.3, and what answers it. */
  String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

  /** Asks, and waits for no answer. */
  static TunnelClient ask(ProxyUnderTest proxy, String path) {
    return new OverH1(Version.h1(proxy).send(request(path)));
  }

  /** The same with a receive buffer, or windows, that hold little. */
  static TunnelClient askSlow(ProxyUnderTest proxy, String path) {
    RawClient slow = Version.H1.connectSlow(proxy).connection();
    return new OverH1(slow.send(request(path)));
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

  /** Waits for the head of the answer: 101 is that of a tunnel. */
  int status();

  TunnelClient send(String latin1);

  /** Sends on a thread of its own. */
  Future<?> sendInBackground(Content content);

  /** How many bytes have been sent. */
  long sent();

  /** Waits for exactly so many bytes. */
  String read(int length);

  /** Ends this side in good order. */
  void end();

  /** Ends both, in none. */
  void reset();

  /** Waits for the other side's end; fails where anything comes before that. */
  void awaitEnd();

  @Override
  void close();

  /** Over HTTP/1.1: the connection itself becomes the tunnel. */
  final class OverH1 implements TunnelClient {

    private final RawClient connection;

    private OverH1(RawClient connection) {
      this.connection = connection;
    }

    @Override
    public int status() {
      Head head = connection.readHead();
      return head.status();
    }

    @Override
    public TunnelClient send(String latin1) {
      connection.send(latin1);
      return this;
    }

    @Override
    public Future<?> sendInBackground(Content content) {
      return connection.sendInBackground(content);
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
  }
}
