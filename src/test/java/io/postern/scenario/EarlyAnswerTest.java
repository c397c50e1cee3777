package io.postern.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondEarly;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** The server has answered, and the request is still on its way. */
class EarlyAnswerTest {

  private static final int RECEIVE_BUFFER = 16 * 1024;
  private static final String EARLY =
      "POST /early HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";

  private static ClientTls tls(String... protocols) {
    return ClientTls.of(ProxyUnderTest.authority(), "localhost", protocols);
  }

  private static RawClient slowReader(ProxyUnderTest proxy) {
    return RawClient.connect(proxy.address(), RECEIVE_BUFFER).startTls(tls());
  }

  /**
   * More than sockets hold for a client that does not read, by less than what makes the proxy stop
   * reading: so the proxy has all of it, and the client has not.
   */
  private static Content contentThatWaitsInTheProxy() throws IOException {
    try (ServerSocketChannel server = ServerSocketChannel.open();
        SocketChannel reader = SocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      reader.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      reader.connect(server.getLocalAddress());
      try (SocketChannel writer = server.accept()) {
        writer.configureBlocking(false);
        ByteBuffer block = ByteBuffer.allocate(16 * 1024);
        long taken = 0;
        for (int size = writer.write(block); size > 0; size = writer.write(block.clear())) {
          taken += size;
        }
        return Content.ofSize(taken + 96 * 1024);
      }
    }
  }

  @Test
  void theConnectionThatCameFreeIsNotTakenFromTheNext() throws IOException {
    Content content = contentThatWaitsInTheProxy();
    CountDownLatch answered = new CountDownLatch(1);
    Gate gate = new Gate();
    Behaviour.Script answerThenRead =
        (request, wire) -> {
          sendWhole(wire, content);
          answered.countDown();
          wire.readContent();
        };
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/early", new Custom(answerThenRead))
                .on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        RawClient slow = slowReader(proxy);
        RawClient next = RawClient.connect(proxy.address(), tls())) {
      slow.send(EARLY);
      Await.latch("the whole answer", answered);
      for (int i = 0; i < 50; i++) { // the proxy's loop goes round
        next.get("/", "localhost");
      }
      slow.send("0\r\n\r\n");
      server.requests("/early").getFirst().content();
      next.send("GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n");
      gate.awaitWaiting();
      assertThat(server.requests("/held").getFirst().connection()).isZero();
      assertThat(slow.readAnswer().content().isAllOf(content)).isTrue();
      gate.open();
      assertThat(next.readAnswer().text()).isEqualTo("held");
    }
  }

  private static void sendWhole(Behaviour.Wire wire, Content content) throws IOException {
    wire.send("HTTP/1.1 413 No\r\nContent-Length: " + content.length() + "\r\n\r\n");
    wire.send(new String(content.slice(0, (int) content.length()), ISO_8859_1));
  }

  @Test
  void anAnswerStaysWholeWhereTheServerHangsUpBehindIt() throws IOException {
    Content content = contentThatWaitsInTheProxy();
    Behaviour.Script answerAndHangUp =
        (request, wire) -> {
          sendWhole(wire, content);
          wire.end(End.CLOSE);
        };
    try (ScriptedServer server = ScriptedServer.start(new Custom(answerAndHangUp));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        RawClient slow = slowReader(proxy)) {
      slow.send(EARLY);
      server.awaitConnection(0).ending();
      assertThat(slow.readAnswer().content().isAllOf(content)).isTrue();
      assertThat(proxy.record().fault).isNull();
    }
  }

  @Test
  void anAnswerIsReadThoughTheServerTakesNoMore() {
    Behaviour.Script answerAndReset =
        (request, wire) -> {
          wire.send("HTTP/1.1 413 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge");
          wire.end(End.RESET);
        };
    try (ScriptedServer server = ScriptedServer.start(new Custom(answerAndReset));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address())) {
      for (int i = 0; i < 40; i++) {
        try (RawClient client = RawClient.connect(proxy.address(), tls())) {
          Content content = Content.ofSize(4L << 20);
          client.send(
              "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                  + content.length()
                  + "\r\n\r\n");
          client.sendInBackground(content);
          assertThat(client.readAnswer().status()).isEqualTo(413);
        }
      }
    }
  }

  @Test
  void trailersOfARequestThatIsNotWantedEndNothing() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/early", new RespondEarly(Response.of(200, "early")))
                .on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        H2Client client = Version.h2(proxy, 4, 0)) {
      H2Stream early = client.start("POST", "localhost", "/early");
      early.awaitHead();
      early.data("dropped", false).trailers("a", "b");
      H2Stream held = client.get("localhost", "/held").widen(100);
      server.awaitRequest(1);
      early.widen(100);
      assertThat(early.answer().text()).isEqualTo("early");
      proxy.record();
      gate.open();
      Answer answer = held.answer();
      assertThat(answer.text()).isEqualTo("held");
    }
  }
}
