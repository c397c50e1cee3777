package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.Capture;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.H2Client;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last heads that were refused can be looked at, and tell no secrets. */
class CapturesTest {

  private static final String SECRET = "hunter2";

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
            plain: {bind: "127.0.0.1:0"}
          tenants:
            acme: {sources: [127.0.0.9/32]}
          routes: [{name: all, pool: app}]
          pools:
            app: {servers: [{address: "127.0.0.1:%d"}]}
          accessLog: {redact: {query: [sig]}}
          process: {eventLoops: 1}
          """
              .formatted(server.port()));

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  private List<Capture> all() {
    return proxy.runtime().insight().captures().all();
  }

  private Capture only() {
    Await.until("it is captured", () -> all().size() == 1);
    return all().getFirst();
  }

  private static String text(Capture capture) {
    return capture.bytes().toString();
  }

  private static String marked(Capture capture) {
    return text(capture).substring(capture.from(), capture.to());
  }

  private void send(String head) {
    try (RawClient client = RawClient.connectFrom("127.0.0.9", proxy.address("plain"))) {
      assertThat(client.send(head).readAnswer().status()).isBetween(400, 505);
    }
  }

  @Test
  void aRequestIsShownWithThePlace() {
    send("GET /a HTTP/1.1\r\nHost: x.test\r\nAccept : */*\r\nCookie: hunter2\r\n\r\nhunter2");
    Capture seen = only();
    assertThat(seen.server()).isNull();
    assertThat(seen.listener()).isEqualTo("plain");
    assertThat(seen.client()).startsWith("127.0.0.9 port ");
    assertThat(seen.tenant()).isEqualTo("acme");
    assertThat(seen.reason()).isEqualTo("malformed-request");
    assertThat(seen.detail()).contains("white space before the colon");
    assertThat(text(seen)).isEqualTo("GET /a HTTP/1.1\r\nHost: x.test\r\nAccept : */*\r\n");
    assertThat(marked(seen)).isEqualTo("Accept : */*\r\n");
    assertThat(proxy.runtime().insight().captures().clear()).isEqualTo(1);
    assertThat(all()).isEmpty();
  }

  @Test
  void aHeadThatIsRefusedAsAWholeIsShown() {
    send("GET /a HTTP/1.1\r\nAccept: */*\r\nAuthorization: Basic hunter2\r\n\r\nhunter2");
    Capture seen = only();
    assertThat(seen.detail()).isEqualTo("no Host");
    assertThat(text(seen))
        .isEqualTo("GET /a HTTP/1.1\r\nAccept: */*\r\nAuthorization: *************\r\n\r\n");
    assertThat(marked(seen)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "abc and then more than the head itself has, by far and more"})
  void aHeadIsShownThatWasReadToItsEnd(String behind) {
    send("TRACE / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 3\r\n\r\n" + behind);
    assertThat(text(only()))
        .isEqualTo("TRACE / HTTP/1.1\r\nHost: x.test\r\nContent-Length: 3\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Basic hunter2\r\nA : b\r\n",
        "AUTHORIZATION:hunter2\r\nA : b\r\n",
        "Authorization : hunter2\r\n",
        "Authorization\0: hunter2\r\n",
        "Author\0ization: hunter2\r\n",
        "Authori\nzation: hunter2\r\n",
        "Authorization hunter2\r\n",
        " Authorization: hunter2\r\n",
        "Authorization:\r\n hunter2\r\nA : b\r\n",
        "Authorization: a\r hunter2\r\n",
        "Authorization: a\n\thunter2\r\n",
        "Proxy-Authorization: Basic hunter2\r\nA : b\r\n",
        "Cookie: a=hunter2; b=hunter2\r\nA : b\r\n",
        "X-Amz-Security-Token: hunter2\r\nA : b\r\n",
        "A: Authorization: hunter2\0\r\n"
      })
  void fieldsThatHoldSecretsAreHidden(String fields) {
    send("GET /a HTTP/1.1\r\nHost: x.test\r\n" + fields + "B: after\r\n\r\n");
    Capture seen = only();
    assertThat(text(seen)).doesNotContain(SECRET).startsWith("GET /a HTTP/1.1\r\n");
    assertThat(seen.detail()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /a?sig=hunter2&x=1 HTTP/1.1\r\nA : b\r\n",
        "GET /a?x=1;%53ig=hunter2 HTTP/1.1\r\nA : b\r\n",
        "GET /a?x=1&sig=hun ter2 hunter2\r\n",
        "Authorization: Basic hunter2\r\n",
      })
  void parametersThatTheLogDoesNotTellAreHidden(String lines) {
    send(lines + "\r\n");
    Capture seen = only();
    assertThat(text(seen)).doesNotContain(SECRET);
    assertThat(seen.detail()).doesNotContain(SECRET);
  }

  @Test
  void aSecretIsHiddenThatBeganBeforeWhatIsShown() {
    send(
        "GET / HTTP/1.1\r\nHost: x.test\r\nCookie: "
            + "hunter2;".repeat(1000)
            + "\r\nB: shown\r\nA : b\r\n\r\n");
    Capture seen = only();
    assertThat(seen.bytes().length()).isLessThanOrEqualTo(4096);
    assertThat(text(seen)).doesNotContain(SECRET).endsWith("***\r\nB: shown\r\nA : b\r\n");
    assertThat(marked(seen)).isEqualTo("A : b\r\n");
  }

  @Test
  void aResponseIsShownWithItsServer() {
    server.otherwise(
        new Raw(
            "HTTP/1.1 200 OK\r\nSet-Cookie: s=hunter2; Path=/\r\nno colon\r\n\r\nhunter2",
            List.of(End.CLOSE)));
    try (RawClient client = RawClient.connect(proxy.address("plain"))) {
      assertThat(client.get("/", "x.test").status()).isEqualTo(502);
    }
    Capture seen = only();
    assertThat(seen.server()).isEqualTo("127.0.0.1:" + server.port());
    assertThat(seen.reason()).isEqualTo("bad-response");
    assertThat(text(seen))
        .startsWith("HTTP/1.1 200 OK\r\nSet-Cookie: ***")
        .doesNotContain(SECRET)
        .endsWith("\r\nno colon\r\n");
    assertThat(marked(seen)).isEqualTo("no colon\r\n");
  }

  @Test
  void aFieldBlockOfHttp2IsShown() {
    try (H2Client client = Version.h2(proxy)) {
      client.open(true, Refusals.h2("connection", "close")).awaitReset();
    }
    Capture seen = only();
    assertThat(seen.listener()).isEqualTo("edge");
    assertThat(seen.detail()).contains("a field of HTTP/1.1 connections");
    assertThat(text(seen)).contains(":method: GET\r\n", ":authority: localhost\r\n");
  }

  @Test
  void contentIsNeverShown() {
    send("POST / HTTP/1.1\r\nHost: x.test\r\nTransfer-Encoding: chunked\r\n\r\nhunter2\r\n");
    Capture seen = only();
    assertThat(seen.reason()).isEqualTo("bad-content");
    assertThat(seen.bytes().length()).isZero();
  }

  @Test
  void theLastOnesAreKept() {
    for (int i = 0; i < 20; i++) {
      send("GET /" + i + " HTTP/1.1\r\nA : b\r\n\r\n");
    }
    Await.until("all are captured", () -> all().getLast().number() == 20);
    assertThat(all()).hasSize(16);
    assertThat(text(all().getFirst())).startsWith("GET /4 ");
    assertThat(text(all().getLast())).startsWith("GET /19 ");
  }
}
