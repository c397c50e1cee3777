package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedServer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Content arrives to its last byte, however a server frames it and however much there is. */
class ResponseContentTest {

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void thatEndsWithTheConnection(Protocol protocol) {
    Content content = Content.ofSize(300_000);
    OnRequest unframed = new Respond(Response.of(200, content).framed(Framing.CLOSE));
    try (ScriptedServer server = ScriptedServer.start(unframed);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 2; i++) {
        assertThat(client.get("/").answer().content().isAllOf(content)).isTrue();
        assertThat(Ended.well(proxy).bytesSent).isEqualTo(300_000);
      }
      assertThat(server.connections()).hasSize(2);
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void inChunksWithExtensionsAndTrailers(Protocol protocol) {
    Content content = Content.ofSize(1 << 20);
    OnRequest chunks =
        new Custom(
            (request, wire) -> {
              wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n");
              for (int at = 0, size = 1; at < content.length(); at += size, size = 1 + at % 9973) {
                int length = (int) Math.min(size, content.length() - at);
                wire.send(Integer.toHexString(length) + ";name=\"a;b\";other\r\n");
                wire.send(
                    new String(content.slice(at, length), StandardCharsets.ISO_8859_1) + "\r\n");
              }
              wire.send("000;last\r\nX-Sum: 42\r\nX-More: a\r\n\r\n");
            });
    try (ScriptedServer server = ScriptedServer.start(chunks);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 2; i++) {
        Answer answer = client.get("/").answer();
        assertThat(answer.content().isAllOf(content)).isTrue();
        assertThat(Field.values(answer.content().trailers(), "x-sum")).containsExactly("42");
        assertThat(Field.values(answer.content().trailers(), "x-more")).containsExactly("a");
        assertThat(Ended.well(proxy).bytesSent).isEqualTo(1 << 20);
      }
      assertThat(server.connections()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void ofManyMegabytesDown(Protocol protocol) {
    Content content = Content.ofSize(32L << 20);
    try (ScriptedServer server = ScriptedServer.start(new Respond(Response.of(200, content)));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/").answer().content().isAllOf(content)).isTrue();
      assertThat(Ended.well(proxy).bytesSent).isEqualTo(content.length());
    }
  }

  /** Where its last piece is much, it is flushed at once, and the exchange ends in that write. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void whoseLastPieceIsTakenAtOnce(Protocol protocol) {
    Content content = Content.ofSize(1 << 20);
    try (ScriptedServer server = ScriptedServer.start(new Respond(Response.of(200, content)));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 100; i++) {
        assertThat(client.get("/").answer().content().isAllOf(content)).isTrue();
        assertThat(Ended.well(proxy).bytesSent).isEqualTo(content.length());
      }
      assertThat(server.connections()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void ofManyMegabytesUp(Protocol protocol) {
    Content content = Content.ofSize(32L << 20);
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.post("/", content).answer().status()).isEqualTo(200);
      assertThat(server.awaitRequest(0).content().isAllOf(content)).isTrue();
      assertThat(Ended.well(proxy).bytesReceived).isEqualTo(content.length());
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void thatComesBackWhileItIsSent(Protocol protocol) {
    Content content = Content.ofSize(4L << 20);
    try (ScriptedServer server = ScriptedServer.start(new Echo());
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.post("/", content).answer().content().isAllOf(content)).isTrue();
    }
  }
}
