package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.observe.LogLine;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and pools have so many requests in flight; the next wait in a queue for their turn. */
class RequestLimitTest {

  private final Gate gate = new Gate();
  private final ScriptedServer server =
      ScriptedServer.start(new Respond(Response.of(200, "ok")))
          .on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String limits, String queueTimeout) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: control, match: {pathPrefix: [/control]}, pool: app, precedence: 9}
          - {name: data, pool: app, timeouts: {queue: %s}}
        pools:
          app:
            servers: [{address: "127.0.0.1:%d"}]
            limits: {%s}
        admin: {bind: 127.0.0.1:0}
        """
            .formatted(queueTimeout, server.port(), limits));
  }

  private static void awaitWaiting(ProxyUnderTest proxy, long number) {
    Await.until(
        number + " in the queue",
        () -> Scrape.of(proxy.admin()).value("postern_pool_queue{pool=\"app\"}") == number);
  }

  @ParameterizedTest
  @ValueSource(strings = {"requestsPerServer: 1", "requests: 1"})
  void theNextWaitsForItsTurn(String limits) {
    try (ProxyUnderTest proxy = proxy(limits, "20s");
        Client one = Version.H1.connect(proxy);
        Client two = Version.H2.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Call waits = two.request("GET", "/waits");
      awaitWaiting(proxy, 1);
      assertThat(server.requests()).hasSize(1);
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(waits.answer().status()).isEqualTo(200);
      ExchangeRecord first = proxy.record();
      ExchangeRecord second = proxy.record();
      assertThat(first.queuePlace + second.queuePlace).isEqualTo(1);
      ExchangeRecord waited = first.queuePlace == 1 ? first : second;
      assertThat(waited.target.toString()).isEqualTo("/waits");
      assertThat(LogLine.whole(waited)).contains("\"queuePlace\":1,\"Tq\":");
      awaitWaiting(proxy, 0);
      assertThat(Scrape.of(proxy.admin()).value("postern_pool_queued_total{pool=\"app\"}"))
          .isEqualTo(1);
    }
  }

  @Test
  void byPrecedenceThenByArrival() {
    try (ProxyUnderTest proxy = proxy("requestsPerServer: 1", "20s");
        Client client = Version.H2.connect(proxy)) {
      Call held = client.request("GET", "/held");
      server.awaitRequest(0);
      List<Call> calls = new ArrayList<>();
      for (String path : List.of("/a", "/b", "/control/c", "/d", "/control/e")) {
        calls.add(client.request("GET", path));
        awaitWaiting(proxy, calls.size());
      }
      gate.open();
      held.answer();
      calls.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      assertThat(server.requests())
          .extracting(request -> request.target())
          .containsExactly("/held", "/control/c", "/control/e", "/a", "/b", "/d");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFullQueue(Version version) {
    try (ProxyUnderTest proxy = proxy("requestsPerServer: 1, queue: 1", "20s");
        Client one = version.connect(proxy);
        Client two = version.connect(proxy);
        Client three = version.connect(proxy);
        Client four = version.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Call waits = two.request("GET", "/waits");
      awaitWaiting(proxy, 1);
      Answer refused = three.get("/refused");
      Refusals.check(refused, Reason.QUEUE_FULL);
      Verdict.ended(proxy, Reason.QUEUE_FULL, 503, "RQ");
      // Who has precedence takes the place of the last one.
      Call urgent = four.request("GET", "/control/urgent");
      Refusals.check(waits.answer(), Reason.QUEUE_FULL);
      Verdict.ended(proxy, Reason.QUEUE_FULL, 503, "RQ");
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(urgent.answer().status()).isEqualTo(200);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void aQueueOfNoPlaces() {
    try (ProxyUnderTest proxy = proxy("requests: 1, queue: 0", "20s");
        Client one = Version.H1.connect(proxy);
        Client two = Version.H1.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Refusals.check(two.get("/refused"), Reason.QUEUE_FULL);
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(two.get("/next").status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource
  void tooLongAWait(Version version) {
    try (ProxyUnderTest proxy = proxy("requestsPerServer: 1", "100ms");
        Client one = version.connect(proxy);
        Client two = version.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Refusals.check(two.get("/late"), Reason.QUEUE_TIMEOUT);
      ExchangeRecord late = Verdict.ended(proxy, Reason.QUEUE_TIMEOUT, 503, "RQ");
      assertThat(LogLine.whole(late)).containsPattern("\"Tw\":[1-9][0-9]{1,3},");
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(server.requests()).hasSize(1);
    }
  }

  /** With content that nobody has read, too. */
  @ParameterizedTest
  @EnumSource
  void whoLeavesTheQueueCostsNothing(Version version) {
    try (ProxyUnderTest proxy = proxy("requestsPerServer: 1", "20s");
        Client one = version.connect(proxy);
        Client two = version.connect(proxy);
        Client three = version.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Call leaves = two.start("PUT", "/leaves").send("some");
      awaitWaiting(proxy, 1);
      Call stays = three.request("GET", "/stays");
      awaitWaiting(proxy, 2);
      leaves.abort();
      Verdict.ended(proxy, Reason.CLIENT_GONE, 499, "CQ");
      awaitWaiting(proxy, 1);
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(stays.answer().status()).isEqualTo(200);
      assertThat(server.requests())
          .extracting(request -> request.target())
          .containsExactly("/held", "/stays");
    }
  }

  /** Content waits with its request, and goes on from there. */
  @ParameterizedTest
  @EnumSource
  void contentWaitsToo(Version version) {
    try (ProxyUnderTest proxy = proxy("requestsPerServer: 1", "20s");
        Client one = version.connect(proxy);
        Client two = version.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Call upload = two.start("PUT", "/upload").send("hello ");
      awaitWaiting(proxy, 1);
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      upload.send("world").end();
      assertThat(upload.answer().status()).isEqualTo(200);
      assertThat(server.awaitRequest(1).content().text()).isEqualTo("hello world");
    }
  }
}
