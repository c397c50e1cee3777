package io.postern.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Frame;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Content in the smallest pieces there are, thousands of them in each record of TLS: it arrives,
 * and others are served meanwhile.
 */
class SmallPiecesTest {

  private static final Content CONTENT = Content.ofSize(60_000);

  private static final String CONFIG =
      """
      listeners:
        edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
      routes:
        - {name: all, pool: app}
      pools:
        app: {servers: [{address: "127.0.0.1:%d"}]}
      admin: {bind: 127.0.0.1:0}
      process: {eventLoops: 1}
      """;

  /** Each byte of the content in its own frame, or in its own chunk. */
  private static byte[] pieces(Content content, Function<String, byte[]> framed) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte each : content.slice(0, (int) content.length())) {
      bytes.writeBytes(framed.apply(new String(new byte[] {each}, ISO_8859_1)));
    }
    return bytes.toByteArray();
  }

  private static byte[] frames(int stream) {
    return pieces(CONTENT, piece -> new H2Frame(H2Frame.DATA, 0, stream, piece).bytes());
  }

  private static ScriptedServer server() {
    return ScriptedServer.start()
        .on("/echo", new Echo())
        .otherwise(new Respond(Response.of(200, "well")));
  }

  private static void othersAreServed(ProxyUnderTest proxy) {
    try (Client other = Version.H1.connect(proxy)) {
      for (int i = 0; i < 20; i++) {
        assertThat(other.get("/").text()).isEqualTo("well");
      }
    }
  }

  private static void tookTurns(ProxyUnderTest proxy) {
    assertThat(Scrape.of(proxy.admin()).value("postern_slow_reads_total{loop=\"0\"}")).isPositive();
  }

  @Test
  void framesOfOneByte() {
    try (ScriptedServer server = server();
        ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG.formatted(server.port()));
        H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.start("POST", Version.HOST, "/echo");
      client.write(frames(stream.id()));
      othersAreServed(proxy);
      stream.trailers("behind", "it");
      Answer answer = stream.answer();
      assertThat(answer.content().isAllOf(CONTENT)).isTrue();
      assertThat(server.requests("/echo").getFirst().content().trailers())
          .contains(new Field("behind", "it"));
      tookTurns(proxy);
    }
  }

  @Test
  void chunksOfOneByte() {
    try (ScriptedServer server = server();
        ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG.formatted(server.port()));
        RawClient client = Version.h1(proxy)) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.send(pieces(CONTENT, piece -> ("1\r\n" + piece + "\r\n").getBytes(ISO_8859_1)));
      othersAreServed(proxy);
      client.send("0\r\n\r\n");
      assertThat(client.readAnswer().content().isAllOf(CONTENT)).isTrue();
      tookTurns(proxy);
    }
  }

  @Test
  void recordsOfOneByte() {
    Content content = Content.ofSize(5000);
    try (ScriptedServer server = server();
        ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG.formatted(server.port()));
        RawClient client = Version.h1(proxy)) {
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n");
      for (byte each : content.slice(0, 5000)) {
        client.send(new byte[] {each});
      }
      othersAreServed(proxy);
      assertThat(client.readAnswer().content().isAllOf(content)).isTrue();
    }
  }

  /** What waits for its turn is not lost where the server closes behind it. */
  @Test
  void framesOfOneByteOfAServerThatThenCloses() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = H2cPool.proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.headers(H2cPool.FIRST, false, ":status", "200").write(frames(H2cPool.FIRST));
      connection.data(H2cPool.FIRST, "", true).close();
      assertThat(call.answer().content().isAllOf(CONTENT)).isTrue();
    }
  }

  /** Requests too, hundreds in one record: each is answered. */
  @Test
  void headsByTheHundred() {
    try (ScriptedServer server = server();
        ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG.formatted(server.port()));
        H2Client client = Version.h2(proxy)) {
      client.awaitSettings();
      List<H2Stream> streams = new ArrayList<>();
      ByteArrayOutputStream heads = new ByteArrayOutputStream();
      for (int i = 0; i < 120; i++) {
        H2Stream stream = client.reserve();
        streams.add(stream);
        String block = H2Frame.fieldBlock(H2Client.request("GET", Version.HOST, "/"));
        int flags = H2Frame.END_STREAM | H2Frame.END_HEADERS;
        heads.writeBytes(new H2Frame(H2Frame.HEADERS, flags, stream.id(), block).bytes());
      }
      client.write(heads.toByteArray());
      assertThat(streams).allSatisfy(each -> assertThat(each.answer().text()).isEqualTo("well"));
    }
  }
}
