package io.postern.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.ClientTls;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The server closes a connection that was kept, at the moment at which it is used again. */
class StaleConnectionContentTest {

  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  @Test
  void contentThatComesBetweenTheConnectionsIsNotLost() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 1, loopback);
        ProxyUnderTest proxy =
            ProxyUnderTest.to((InetSocketAddress) server.getLocalSocketAddress());
        RawClient client =
            RawClient.connect(
                proxy.address(), ClientTls.of(ProxyUnderTest.authority(), "localhost"))) {
      server.setSoTimeout(10_000);
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      Socket kept = server.accept();
      readHead(kept);
      kept.getOutputStream().write(OK.getBytes(ISO_8859_1));
      client.readAnswer();
      List<Socket> before = fillQueue(server);

      client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n");
      readHead(kept);
      kept.shutdownOutput();
      assertThat(kept.getInputStream().read()).isEqualTo(-1);
      client.send("hello");
      for (Socket each : before) {
        server.accept().close();
        each.close();
      }
      try (Socket fresh = server.accept()) {
        readHead(fresh);
        assertThat(fresh.getInputStream().readNBytes(5)).isEqualTo("hello".getBytes(ISO_8859_1));
        fresh.getOutputStream().write(OK.getBytes(ISO_8859_1));
        assertThat(client.readAnswer().status()).isEqualTo(200);
      }
      kept.close();
    }
  }

  /** From now on a connection takes as long as it takes the server to accept those before it. */
  private static List<Socket> fillQueue(ServerSocket server) throws IOException {
    List<Socket> queued = new ArrayList<>();
    while (true) {
      Socket next = new Socket();
      try {
        next.connect(server.getLocalSocketAddress(), 200);
        queued.add(next);
      } catch (SocketTimeoutException full) {
        next.close();
        return queued;
      }
    }
  }

  private static void readHead(Socket socket) throws IOException {
    socket.setSoTimeout(10_000);
    StringBuilder head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int next = socket.getInputStream().read();
      assertThat(next).as("the head after %s", head).isNotNegative();
      head.append((char) next);
    }
  }
}
