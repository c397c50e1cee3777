package io.postern.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.ClientTls;
import io.postern.testkit.ProxyUnderTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.java_websocket.WebSocket;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.enums.Opcode;
import org.java_websocket.framing.Framedata;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.handshake.ServerHandshake;
import org.java_websocket.server.WebSocketServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A WebSocket client and server that are not ours, with the proxy between them. */
class WebSocketLibrariesTest {

  private static final int LARGE = 4 << 20;

  private final Echo server = new Echo();
  private ProxyUnderTest proxy;

  @BeforeEach
  void start() throws InterruptedException {
    server.start();
    assertThat(server.started.await(10, TimeUnit.SECONDS)).isTrue();
    proxy =
        ProxyUnderTest.to(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
  }

  @AfterEach
  void stop() throws InterruptedException {
    proxy.close();
    server.stop(1000);
  }

  @Test
  void textBinaryFragmentedLargePingAndClose() throws InterruptedException {
    try (Client client = new Client(proxy.address())) {
      assertThat(client.connectBlocking(10, TimeUnit.SECONDS)).isTrue();
      client.send("text, with letters: äöü €");
      assertThat(client.next()).isEqualTo("text text, with letters: äöü €");
      client.send(new byte[] {0, 1, -1});
      assertThat(client.next()).isEqualTo("binary 3 " + hash(new byte[] {0, 1, -1}));
      for (int i = 0; i < 10; i++) {
        ByteBuffer piece = ByteBuffer.wrap(("piece " + i + ";").getBytes(UTF_8));
        client.sendFragmentedFrame(Opcode.TEXT, piece, i == 9);
      }
      assertThat(client.next()).startsWith("text piece 0;piece 1;").endsWith("piece 9;");
      byte[] large = new byte[LARGE];
      new Random(1).nextBytes(large);
      client.send(large);
      assertThat(client.next()).isEqualTo("binary " + LARGE + " " + hash(large));
      client.sendPing();
      assertThat(client.next()).isEqualTo("pong");
      client.close(4711, "enough");
      assertThat(client.next()).isEqualTo("close 4711 enough");
      assertThat(server.closed.take()).isEqualTo("4711 enough");
    }
    assertThat(proxy.record().bytesReceived).isGreaterThan(LARGE);
  }

  @Test
  void theServerClosesWithACode() throws InterruptedException {
    try (Client client = new Client(proxy.address())) {
      assertThat(client.connectBlocking(10, TimeUnit.SECONDS)).isTrue();
      client.send("close me");
      assertThat(client.next()).isEqualTo("close 4000 as you wish");
    }
    assertThat(proxy.record().fault).isNull();
  }

  private static int hash(byte[] bytes) {
    return Arrays.hashCode(bytes);
  }

  /** Says what it was told. */
  private static final class Echo extends WebSocketServer {

    private final CountDownLatch started = new CountDownLatch(1);
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    Echo() {
      super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    }

    @Override
    public void onStart() {
      started.countDown();
    }

    @Override
    public void onOpen(WebSocket connection, ClientHandshake handshake) {
      // The client speaks first.
    }

    @Override
    public void onMessage(WebSocket connection, String message) {
      if (message.equals("close me")) {
        connection.close(4000, "as you wish");
      } else {
        connection.send(message);
      }
    }

    @Override
    public void onMessage(WebSocket connection, ByteBuffer message) {
      connection.send(message);
    }

    @Override
    public void onClose(WebSocket connection, int code, String reason, boolean remote) {
      closed.add(code + " " + reason);
    }

    @Override
    public void onError(WebSocket connection, Exception failure) {
      closed.add(failure.toString());
    }
  }

  /** Writes down what happens to it. */
  private static final class Client extends WebSocketClient implements AutoCloseable {

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    Client(InetSocketAddress address) {
      super(URI.create("wss://localhost:" + address.getPort() + "/chat"));
      setSocketFactory(
          ClientTls.of(ProxyUnderTest.authority(), "localhost").context().getSocketFactory());
    }

    String next() throws InterruptedException {
      String event = events.poll(20, TimeUnit.SECONDS);
      assertThat(event).as("something from the server").isNotNull();
      return event;
    }

    @Override
    protected void onSetSSLParameters(SSLParameters parameters) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }

    @Override
    public void onOpen(ServerHandshake handshake) {
      // connectBlocking tells.
    }

    @Override
    public void onMessage(String message) {
      events.add("text " + message);
    }

    @Override
    public void onMessage(ByteBuffer message) {
      byte[] bytes = new byte[message.remaining()];
      message.get(bytes);
      events.add("binary " + bytes.length + " " + hash(bytes));
    }

    @Override
    public void onWebsocketPong(WebSocket connection, Framedata frame) {
      events.add("pong");
    }

    @Override
    public void onClose(int code, String reason, boolean remote) {
      events.add("close " + code + " " + reason);
    }

    @Override
    public void onError(Exception failure) {
      events.add(failure.toString());
    }
  }
}
