package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which wishes for another protocol are passed on, and what may answer them. */
class UpgradeTest {

  /** A 101 with the proof that goes with the key of a request. */
  static String switched(Request request) {
    return SWITCHED
        + "Sec-WebSocket-Accept: "
        + TunnelClient.accept(request.head().field("sec-websocket-key"))
        + "\r\n\r\n";
  }

  private static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n";

  private static final Response NO = Response.of(403, "not you");

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  /** A head of these lines. */
  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /** Switches, says the five bytes that come next again, and closes. */
  static Custom echo() {
    return tunnel("");
  }

  private static Custom tunnel(String behindTheHead) {
    return new Custom(
        (request, wire) -> {
          wire.send(switched(request) + behindTheHead);
          wire.send(wire.read(5));
          wire.end(End.CLOSE);
        });
  }

  @Test
  void bothHeadsAreWrittenAnew() {
    server.on("/ws", tunnel(""));
    try (RawClient client = Version.h1(proxy)) {
      client.send(
          lines(
              "GET /ws HTTP/1.1",
              "Host: localhost",
              "Connection: keep-alive, x-secret, UPGRADE",
              "X-Secret: 1",
              "Upgrade: foo, WebSocket",
              "Sec-WebSocket-Key: k"));
      Head answer = client.readHead();
      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.values("connection")).containsExactly("upgrade");
      assertThat(answer.values("upgrade")).containsExactly("websocket");
      assertThat(answer.field("sec-websocket-accept")).isEqualTo(TunnelClient.accept("k"));
      assertThat(client.send("bytes").read(5)).isEqualTo("bytes");
      assertThat(client.awaitEnding()).isEqualTo(RawClient.Ending.CLOSED);
    }
    Head asked = server.awaitRequest(0).head();
    assertThat(asked.values("connection")).containsExactly("upgrade");
    assertThat(asked.values("upgrade")).containsExactly("websocket");
    assertThat(asked.values("sec-websocket-key")).containsExactly("k");
    assertThat(asked.values("x-secret")).isEmpty();
    assertThat(asked.values("transfer-encoding")).isEmpty();
  }

  @Test
  void bytesBehindThe101InTheSamePacket() {
    server.on("/ws", tunnel("hello"));
    try (TunnelClient client = TunnelClient.ask(proxy, "/ws")) {
      assertThat(client.isOpened()).isTrue();
      assertThat(client.read(5)).isEqualTo("hello");
      assertThat(client.send("again").read(5)).isEqualTo("again");
    }
  }

  @Test
  void bytesOfTheClientWaitForThe101() {
    Gate gate = new Gate();
    server.on("/ws", new Hold(gate, tunnel("")));
    try (RawClient client = Version.h1(proxy)) {
      client.send(TunnelClient.request("/ws") + "early");
      gate.awaitWaiting();
      gate.open();
      assertThat(client.readHead().status()).isEqualTo(101);
      assertThat(client.read(5)).isEqualTo("early");
    }
  }

  @Test
  void anInterimHeadBeforeThe101() {
    server.on("/ws", new Behaviour.Inform(List.of(Response.of(103, "")), tunnel("hello")));
    try (RawClient client = Version.h1(proxy)) {
      client.send(TunnelClient.request("/ws"));
      assertThat(client.readHead().status()).isEqualTo(103);
      assertThat(client.readHead().status()).isEqualTo(101);
      assertThat(client.read(5)).isEqualTo("hello");
    }
  }

  /** What stands behind a refused upgrade is the next request, and is looked at like any other. */
  @Test
  void behindARefusalTheNextRequestFollows() {
    server.on("/ws", new Respond(NO));
    try (RawClient client = Version.h1(proxy)) {
      client.send(TunnelClient.request("/ws") + "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n");
      Answer refused = client.readAnswer();
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.text()).isEqualTo("not you");
      assertThat(client.readAnswer().status()).isEqualTo(200);
      assertThat(Verdict.served(proxy, 403).upgrade == null).isTrue();
      assertThat(server.awaitRequest(1).head().values("x-forwarded-for")).isNotEmpty();
      assertThat(server.awaitRequest(1).connection()).as("kept").isZero();
      assertThat(server.awaitRequest(1).head().values("upgrade")).isEmpty();
    }
  }

  @Test
  void behindARefusalNothingButHttpIsRead() {
    server.on("/ws", new Respond(NO));
    try (RawClient client = Version.h1(proxy)) {
      client.send(TunnelClient.request("/ws") + "\u0081\u0005hello\r\n");
      assertThat(client.readAnswer().status()).isEqualTo(403);
      assertThat(client.readAnswer().status()).isEqualTo(400);
    }
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: upgrade\r\n",
        "Upgrade: websocket\r\n",
        "Connection: upgrade\r\nUpgrade: h2c\r\n",
        "Connection: upgrade\r\nUpgrade: websocket, h2c\r\n",
        "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n",
        "Connection: upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n"
      })
  void a101ThatIsNone(String fields) {
    String bytes = "HTTP/1.1 101 Switching Protocols\r\n" + fields + "\r\nbytes";
    server.on("/ws", new Raw(bytes, List.of(End.STALL)));
    try (RawClient client = Version.h1(proxy)) {
      client.send(TunnelClient.request("/ws"));
      assertThat(client.readAnswer().status()).isEqualTo(502);
      Ended.badly(proxy, 502, "PH", Reason.BAD_RESPONSE);
      assertThat(proxy.server("app", 0).faults()).isOne();
    }
  }

  @Test
  void a101ThatNobodyAskedFor() {
    server.on("/", new Raw(SWITCHED + "\r\n", List.of(End.STALL)));
    try (RawClient client = Version.h1(proxy)) {
      assertThat(client.get("/", "localhost").status()).isEqualTo(502);
      Ended.badly(proxy, 502, "PH", Reason.BAD_RESPONSE);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, HTTP/1.1, h2c, upgrade",
    "GET, HTTP/1.1, 'h2c, foo', upgrade",
    "GET, HTTP/1.1, websocket, keep-alive",
    "GET, HTTP/1.0, websocket, upgrade",
    "GET, HTTP/1.1, '', upgrade"
  })
  void whatIsTakenOut(String method, String version, String upgrade, String connection) {
    try (RawClient client = Version.h1(proxy)) {
      client.send(
          "%s / %s\r\nHost: localhost\r\nConnection: %s\r\nUpgrade: %s\r\nHTTP2-Settings: x\r\n\r\n"
              .formatted(method, version, connection, upgrade));
      assertThat(client.readAnswer().status()).isEqualTo(200);
    }
    Head asked = server.awaitRequest(0).head();
    assertThat(asked.values("upgrade")).isEmpty();
    assertThat(asked.values("connection")).isEmpty();
    assertThat(asked.values("http2-settings")).isEmpty();
  }

  @Test
  void contentLeavesARequestWithoutUpgrade() {
    try (RawClient client = Version.h1(proxy)) {
      client.send(
          lines(
                  "POST / HTTP/1.1",
                  "Host: localhost",
                  "Connection: upgrade",
                  "Upgrade: websocket",
                  "Content-Length: 5")
              + "hello");
      assertThat(client.readAnswer().status()).isEqualTo(200);
    }
    assertThat(server.awaitRequest(0).content().text()).isEqualTo("hello");
    assertThat(server.awaitRequest(0).head().values("upgrade")).isEmpty();
  }

  @Test
  void theRouteSaysWhichProtocolsPass() {
    String yaml =
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: some, match: {path: [/some]}, pool: app, upgrades: [tcp, SPDY/3.1]}
          - {name: none, pool: app, upgrades: []}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(server.port());
    try (ProxyUnderTest other = ProxyUnderTest.start(yaml);
        RawClient client = Version.h1(other)) {
      String request =
          lines(
              "POST %s HTTP/1.1",
              "Host: localhost", "Connection: upgrade", "Upgrade: websocket, spdy/3.1, TCP");
      client.send(request.formatted("/some"));
      assertThat(client.readAnswer().status()).isEqualTo(200);
      client.send(request.formatted("/other"));
      assertThat(client.readAnswer().status()).isEqualTo(200);
    }
    assertThat(server.awaitRequest(0).head().values("upgrade")).containsExactly("spdy/3.1");
    assertThat(server.awaitRequest(1).head().values("upgrade")).isEmpty();
  }

  /** The rules of retries are those of any request. */
  @Test
  void aConnectionThatTheServerWasClosingIsReplaced() {
    server.on("/ws", new EndAfter(0, End.CLOSE), tunnel("hello"));
    try (RawClient client = Version.h1(proxy)) {
      assertThat(client.get("/", "localhost").status()).isEqualTo(200);
      client.send(TunnelClient.request("/ws"));
      assertThat(client.readHead().status()).isEqualTo(101);
      assertThat(client.read(5)).isEqualTo("hello");
    }
  }
}
