package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import io.postern.runtime.Explanation.Line;
import io.postern.runtime.Question;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A copy of a request goes to another pool, and whatever becomes of it the client never knows. */
class MirrorTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ScriptedServer shadow = ScriptedServer.start();
  private final ClosedPort closed = new ClosedPort();

  private ProxyUnderTest proxy(String protocol, String timeouts) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: down, match: {path: [/down]}, pool: app, mirror: {pool: down}}
          - {name: idle, match: {path: [/idle]}, pool: app, mirror: {pool: idle}}
          - {name: never, match: {path: [/never]}, pool: app, mirror: {pool: shadow, share: 0%%}}
          - name: all
            pool: app
            rewrite: {pathPrefix: /v2}
            match: {pathPrefix: [/]}
            requestHeaders: {set: {x-mine: "{request.id}"}}
            timeouts: {%s}
            mirror: {pool: shadow, bodyLimit: 1KiB}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
          shadow: {protocol: %s, servers: [{address: "127.0.0.1:%d"}]}
          down: {servers: [{address: "127.0.0.1:%d"}]}
          idle: {servers: [{address: "127.0.0.1:1", state: maint}]}
        admin: {bind: "127.0.0.1:0"}
        process: {eventLoops: 1}
        """
            .formatted(
                timeouts, server.port(), protocol, shadow.port(), closed.address().getPort()));
  }

  private ProxyUnderTest proxy(Version shadowed) {
    return proxy(shadowed == Version.H1 ? "http/1.1" : "h2c", "");
  }

  @AfterEach
  void close() {
    closed.close();
    shadow.close();
    server.close();
  }

  private static void becomes(ProxyUnderTest proxy, String route, String outcome, int count) {
    String series =
        "postern_mirrored_requests_total{outcome=\"%s\",pool=\"%s\",route=\"%s\"}"
            .formatted(outcome, route.equals("all") ? "shadow" : route, route);
    Await.until(series + " " + count, () -> Scrape.of(proxy.admin()).value(series) == count);
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void aCopyOfTheWholeRequest(Pair pair) {
    shadow.otherwise(new Respond(Response.of(500, "theirs")));
    try (ProxyUnderTest proxy = proxy(pair.server());
        Client client = pair.client().connect(proxy)) {
      assertThat(client.get("/a?b").text()).isEqualTo("ok");
      becomes(proxy, "all", "answered", 1); // and its connection is free
      Answer answer = client.start("PUT", "/c").send("so").send("me").end().answer();
      assertThat(answer.status()).isEqualTo(200);
      Request get = shadow.awaitRequest(0);
      assertThat(get.method() + " " + get.target()).isEqualTo("GET /v2/a?b");
      assertThat(get.head().field("x-mine"))
          .isEqualTo(server.awaitRequest(0).head().field("x-request-id"));
      Request put = shadow.awaitRequest(1);
      put.awaitContent(4);
      assertThat(put.method() + " " + put.target()).isEqualTo("PUT /v2/c");
      becomes(proxy, "all", "answered", 2);
      assertThat(proxy.record().pool).isEqualTo("app");
      assertThat(proxy.record().pool).isEqualTo("app");
      assertThat(proxy.hasNoRecord()).as("copies are no exchanges").isTrue();
      assertThat(proxy.server("shadow", 0).inFlight()).isZero();
      assertThat(proxy.server("shadow", 0).connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noClientWaitsForIt(Version version) {
    Gate gate = new Gate();
    shadow.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy(Version.H1);
        Client client = version.connect(proxy)) {
      assertThat(client.get("/").status()).isEqualTo(200);
      assertThat(client.get("/").status()).isEqualTo(200);
      assertThat(client.get("/never").status()).isEqualTo(200);
      shadow.awaitRequest(1);
      gate.open();
    }
    assertThat(shadow.requests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void largeContentIsNotCopied(Version version) {
    try (ProxyUnderTest proxy = proxy(Version.H1);
        Client client = version.connect(proxy)) {
      String large = "x".repeat(1025);
      client.start("PUT", "/", "content-length", "1025").send(large).end().answer();
      becomes(proxy, "all", "too-large", 1);
      client.start("PUT", "/").send(large).end().answer();
      becomes(proxy, "all", "too-large", 2);
      client.start("PUT", "/").send(large.substring(1)).end().answer();
      becomes(proxy, "all", "answered", 1);
      assertThat(shadow.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLargeAnswerIsNotReadToItsEnd(Version version) {
    shadow.otherwise(new Respond(Response.of(200, "x".repeat(4 << 20))));
    try (ProxyUnderTest proxy = proxy(version);
        Client client = Version.H1.connect(proxy)) {
      assertThat(client.get("/").status()).isEqualTo(200);
      becomes(proxy, "all", "answered", 1);
      Await.until("none in flight", () -> proxy.server("shadow", 0).inFlight() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatFailsIsCountedAndNoMore(Version version) {
    shadow.otherwise(new EndAfter(0, End.RESET));
    try (ProxyUnderTest proxy = proxy(Version.H1);
        Client client = version.connect(proxy)) {
      assertThat(client.get("/down").status()).isEqualTo(200);
      becomes(proxy, "down", "failed", 1);
      assertThat(client.get("/").status()).isEqualTo(200);
      becomes(proxy, "all", "failed", 1);
      assertThat(proxy.record().fault).isNull();
      assertThat(proxy.record().fault).isNull();
      assertThat(proxy.hasNoRecord()).isTrue();
    }
  }

  @Test
  void noServerForIt() {
    try (ProxyUnderTest proxy = proxy(Version.H1);
        Client client = Version.H1.connect(proxy)) {
      assertThat(client.get("/idle").status()).isEqualTo(200);
      becomes(proxy, "idle", "no-server", 1);
    }
  }

  @Test
  void onlySoManyAtOnce() {
    Gate gate = new Gate();
    shadow.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy(Version.H2);
        Client client = Version.H1.connect(proxy)) {
      for (int i = 0; i < 66; i++) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }
      becomes(proxy, "all", "too-many", 2);
      gate.open();
      becomes(proxy, "all", "answered", 64);
      assertThat(client.get("/").status()).isEqualTo(200);
      becomes(proxy, "all", "answered", 65);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRequestThatBreaksOffIsNotCopied(Version version) {
    try (ProxyUnderTest proxy = proxy(Version.H1);
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/").send("some");
      server.awaitRequest(0).awaitContent(4);
      call.abort();
      becomes(proxy, "all", "incomplete", 1);
      assertThat(shadow.requests()).isEmpty();
    }
  }

  @Test
  void noAnswerInTime() {
    Gate gate = new Gate();
    shadow.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("http/1.1", "connect: 100ms, response: 200ms");
        Client client = Version.H1.connect(proxy)) {
      client.get("/"); // the time is that of its own server, too, which may need more
      becomes(proxy, "all", "timed-out", 1);
      Await.until("none in flight", () -> proxy.server("shadow", 0).inFlight() == 0);
      gate.open();
    }
  }

  @Test
  void explained() {
    try (ProxyUnderTest proxy = proxy(Version.H1)) {
      Question asked =
          new Question(
              null,
              "GET",
              "localhost",
              "/",
              List.of(),
              "localhost",
              null,
              NetUtil.createInetAddressFromIpAddressString("127.0.0.1"),
              null);
      assertThat(proxy.explain(asked).lines()).contains(new Line("mirror", "100% to shadow"));
    }
  }
}
