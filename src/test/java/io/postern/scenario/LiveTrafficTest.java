package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.Cidr;
import io.postern.exchange.LiveId;
import io.postern.exchange.OpenExchange;
import io.postern.exchange.Sought;
import io.postern.exchange.Stage;
import io.postern.fault.Reason;
import io.postern.listener.OpenConnection;
import io.postern.listener.Order;
import io.postern.runtime.Found;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Open connections and exchanges can be looked at, and ended one by one. */
class LiveTrafficTest {

  private final Gate gate = new Gate();
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
          process: {eventLoops: 2}
          """
              .formatted(server.port()));

  @AfterEach
  void close() {
    gate.open();
    proxy.close();
    server.close();
  }

  private Found<OpenExchange> exchanges(Sought sought) {
    return Await.result(
        "a look", proxy.runtime().insight().live().exchanges(sought, Order.AGE, 10));
  }

  private Found<OpenConnection> connections(Sought sought) {
    return connections(sought, 100);
  }

  private Found<OpenConnection> connections(Sought sought, int most) {
    return Await.result(
        "a look", proxy.runtime().insight().live().connections(sought, Order.AGE, most));
  }

  private static Sought of(String id) {
    return Sought.of(Objects.requireNonNull(LiveId.parse(id)));
  }

  private static Sought at(@Nullable String listener, @Nullable String host) {
    return new Sought(null, listener, null, null, host, null, null, null, null);
  }

  private int end(Sought sought) {
    return Await.result("their end", proxy.runtime().insight().live().endExchanges(sought));
  }

  private int closeSome(Sought sought, boolean atOnce) {
    return Await.result(
        "their end", proxy.runtime().insight().live().closeConnections(sought, atOnce));
  }

  @ParameterizedTest
  @EnumSource
  void anExchangeIsSeenAndEndedAndItsConnectionStays(Version version) {
    server.otherwise(
        new Respond(Response.of(200, "first")),
        new Hold(gate, new Respond(Response.of(200, "late"))),
        new Respond(Response.of(200, "ok")));
    try (Client client = version.connect(proxy)) {
      client.get("/first");
      Verdict.served(proxy, 200);
      Call call = client.request("GET", "/slow?token=abc&x=1");
      server.awaitRequest(1);
      OpenExchange seen = exchanges(Sought.ALL).first().getFirst();
      assertThat(seen.id())
          .startsWith(seen.connection())
          .endsWith(version == Version.H1 ? "-2" : "-3");
      assertThat(seen.stage()).isEqualTo(Stage.WAITING_FOR_RESPONSE);
      assertThat(seen.method()).isEqualTo("GET");
      assertThat(seen.host()).isEqualTo(Version.HOST);
      assertThat(seen.route()).isEqualTo("all");
      assertThat(seen.pool()).isEqualTo("app");
      assertThat(seen.server()).isEqualTo("127.0.0.1:" + server.port());
      assertThat(seen.listener()).isEqualTo("edge");
      assertThat(seen.tenant()).isNull();
      assertThat(end(of(seen.id()))).isEqualTo(1);
      Refusals.check(call.answer(), Reason.ENDED_BY_OPERATOR);
      Verdict.failed(proxy, Reason.ENDED_BY_OPERATOR, 503, "KH");
      assertThat(exchanges(Sought.ALL).matched()).isZero();
      assertThat(client.get("/next").text()).isEqualTo("ok");
      Verdict.served(proxy, 200);
      assertThat(end(of(seen.id()))).as("it is over").isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResponseIsCut(Version version) {
    server.otherwise(new Drip(Response.of(200, "abcdef"), 3, gate));
    try (Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      assertThat(call.head().status()).isEqualTo(200);
      OpenExchange seen = exchanges(at(null, Version.HOST)).first().getFirst();
      assertThat(seen.stage()).isEqualTo(Stage.SENDING_RESPONSE);
      assertThat(end(at("edge", Version.HOST))).isEqualTo(1);
      call.awaitCut();
      Verdict.failed(proxy, Reason.ENDED_BY_OPERATOR, 200, "KD");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionIsSeenAndClosedAtOnce(Version version) {
    server
        .on("/next", new Respond(Response.of(200, "ok")))
        .otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (Client client = version.connect(proxy);
        RawClient other = RawClient.connect(proxy.address("plain"))) {
      Call call = client.request("GET", "/");
      server.awaitRequest(0);
      OpenConnection seen = connections(at("edge", null)).first().getFirst();
      assertThat(seen.protocol()).isEqualTo(version == Version.H1 ? "h1" : "h2");
      assertThat(seen.tls()).isEqualTo("TLSv1.3");
      assertThat(seen.serverName()).isEqualTo("localhost");
      assertThat(seen.requests()).isEqualTo(1);
      assertThat(seen.exchanges()).isEqualTo(1);
      assertThat(seen.idleMillis()).isEqualTo(-1);
      assertThat(closeSome(of(seen.id()), true)).isEqualTo(1);
      Refusals.check(call.answer(), Reason.ENDED_BY_OPERATOR);
      Verdict.failed(proxy, Reason.ENDED_BY_OPERATOR, 503, "KH");
      Await.until("it is gone", () -> connections(at("edge", null)).matched() == 0);
      assertThat(connections(at("plain", null)).matched()).isEqualTo(1);
      assertThat(other.get("/next", "localhost").status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionEndsWhenItsExchangeIsDone(Version version) {
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitRequest(0);
      assertThat(closeSome(at("edge", Version.HOST), false)).isEqualTo(1);
      gate.open();
      assertThat(call.answer().text()).isEqualTo("late");
      Verdict.served(proxy, 200);
      Await.until("it is gone", () -> connections(Sought.ALL).matched() == 0);
    }
  }

  @Test
  void tellsOnesFromOthers() {
    Cidr them = Cidr.parse("127.0.0.9/32");
    try (RawClient one = RawClient.connect(proxy.address("plain"));
        RawClient two = RawClient.connectFrom("127.0.0.9", proxy.address("plain"))) {
      assertThat(one.get("/", "a.test").status()).isEqualTo(200);
      assertThat(two.get("/", "b.test:8080").status()).isEqualTo(200);
      Found<OpenConnection> acme =
          connections(new Sought(null, null, "acme", null, null, null, null, null, null));
      assertThat(acme.matched()).isEqualTo(1);
      OpenConnection seen = acme.first().getFirst();
      assertThat(seen.client()).isEqualTo("127.0.0.9:" + two.local().getPort());
      assertThat(seen.tenant()).isEqualTo("acme");
      assertThat(seen.tls()).isNull();
      assertThat(seen.idleMillis()).isBetween(0L, 20_000L);
      assertThat(connections(new Sought(null, null, null, them, null, null, null, null, null)))
          .satisfies(found -> assertThat(found.first().getFirst().id()).isEqualTo(seen.id()));
      assertThat(connections(at("plain", "a.test")).matched()).as("no exchange is open").isZero();
      Duration hour = Duration.ofHours(1);
      assertThat(
              connections(new Sought(null, null, null, null, null, null, null, null, hour))
                  .matched())
          .isZero();
      assertThat(closeSome(new Sought(null, null, null, them, null, null, null, null, null), true))
          .isEqualTo(1);
      assertThat(two.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(one.get("/", "a.test").status()).isEqualTo(200);
    }
  }

  @Test
  void theOldestOfManyAreFirst() {
    List<RawClient> many = new ArrayList<>();
    for (int i = 0; i < 600; i++) { // more than a portion on each loop
      many.add(RawClient.connect(proxy.address("plain")));
    }
    Await.until("all are there", () -> connections(Sought.ALL, 5).matched() == 600);
    Found<OpenConnection> first = connections(Sought.ALL, 5);
    assertThat(first.first()).hasSize(5);
    assertThat(first.first())
        .isSortedAccordingTo((a, b) -> Long.compare(b.ageMillis(), a.ageMillis()));
    assertThat(first.first().stream().map(OpenConnection::id).map(id -> id.substring(1)))
        .allSatisfy(
            id ->
                assertThat(Long.parseLong(id))
                    .isLessThan(
                        Long.parseLong(
                            connections(Sought.ALL, 600).first().getLast().id().substring(1))));
    assertThat(closeSome(at("plain", null), false)).isEqualTo(600);
    Await.until("all are gone", () -> connections(Sought.ALL).matched() == 0);
    many.forEach(RawClient::close);
  }

  @Test
  void secretsInTheTargetAreNotTold() {
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    String redacting =
        """
        listeners: {plain: {bind: "127.0.0.1:0"}}
        routes: [{name: all, pool: app}]
        pools: {app: {servers: [{address: "127.0.0.1:%d"}]}}
        accessLog: {redact: {query: [token]}}
        """
            .formatted(server.port());
    try (ProxyUnderTest hiding = ProxyUnderTest.start(redacting);
        RawClient client = RawClient.connect(hiding.address())) {
      client.send("GET /a?token=abc&b=c HTTP/1.1\r\nHost: x.test\r\n\r\n");
      server.awaitRequest(0);
      Found<OpenExchange> found =
          Await.result(
              "a look", hiding.runtime().insight().live().exchanges(Sought.ALL, Order.BYTES, 1));
      assertThat(found.first().getFirst().target()).isEqualTo("/a?token=***&b=c");
      gate.open();
      assertThat(client.readAnswer().status()).isEqualTo(200);
    }
  }
}
