package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondEarly;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An attempt that fails is followed by one on another server, where that harms nobody. */
class RetryTest {

  private static final OnRequest RESET = new EndAfter(0, End.RESET);

  private final ScriptedServer bad = ScriptedServer.start();
  private final ScriptedServer good = ScriptedServer.start(new Respond(Response.of(200, "good")));

  @AfterEach
  void close() {
    bad.close();
    good.close();
  }

  /** The bad server comes first in the round. */
  private ProxyUnderTest proxy(String retry, String budget) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app, timeouts: {response: 20s}, retry: {%s}}
        pools:
          app:
            servers: [{address: "127.0.0.1:%d"}, {address: "127.0.0.1:%d"}]
            retryBudget: {%s}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(retry, bad.port(), good.port(), budget));
  }

  private static long retries(ProxyUnderTest proxy, String reason) {
    return Scrape.of(proxy.admin())
        .value("postern_pool_retries_total{pool=\"app\",reason=\"%s\"}".formatted(reason));
  }

  private static void requireServed(ProxyUnderTest proxy, Answer answer, int attempts) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.content().text()).isEqualTo("good");
    ExchangeRecord record = Verdict.served(proxy, 200);
    assertThat(record.attempts).isEqualTo(attempts);
    assertThat(record.serverIndex).isEqualTo(1);
  }

  /** A server that is killed while it works on what may be done twice fails nobody. */
  @ParameterizedTest
  @EnumSource
  void resetBeforeTheResponse(Version version) {
    bad.otherwise(RESET);
    try (ProxyUnderTest proxy = proxy("", "");
        Client client = version.connect(proxy)) {
      requireServed(proxy, client.get("/"), 2);
      assertThat(bad.requests()).hasSize(1);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      assertThat(retries(proxy, "reset-before-response")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatMayNotBeDoneTwiceIsNot(Version version) {
    bad.otherwise(RESET);
    try (ProxyUnderTest proxy = proxy("bodyLimit: 64KiB", "");
        Client client = version.connect(proxy)) {
      assertThat(client.start("POST", "/").send("once").end().answer().status()).isEqualTo(502);
      Verdict.ended(proxy, Reason.SERVER_RESET, 502, "SH");
      assertThat(good.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reasons: []", "reasons: [connect]", "attempts: 1"})
  void onlyWhereItIsAskedFor(String retry) {
    bad.otherwise(RESET);
    try (ProxyUnderTest proxy = proxy(retry, "");
        Client client = Version.H1.connect(proxy)) {
      assertThat(client.get("/").status()).isEqualTo(502);
      assertThat(good.requests()).isEmpty();
    }
  }

  /** The content that was sent already is sent again, the rest follows it, and trailers do. */
  @ParameterizedTest
  @EnumSource
  void contentIsSentAgain(Version version) {
    bad.otherwise(new EndAfter(4, End.RESET));
    good.otherwise(new Echo());
    try (ProxyUnderTest proxy = proxy("bodyLimit: 64KiB", "");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/").send("some");
      good.awaitRequest(0);
      call.send(" and more").end();
      Answer answer = call.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.content().text()).isEqualTo("some and more");
      ExchangeRecord record = Verdict.served(proxy, 200);
      assertThat(record.bytesReceived).isEqualTo("some and more".length());
      assertThat(record.attempts).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void contentThatHasEndedIsSentAgain(Version version) {
    bad.otherwise(new EndAfter(9, End.RESET));
    try (ProxyUnderTest proxy = proxy("bodyLimit: 9B", "");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/", "Trailer", "x-sum").send("some more");
      call.trailers("x-sum", "9");
      requireServed(proxy, call.answer(), 2);
      assertThat(good.awaitRequest(0).content().text()).isEqualTo("some more");
      assertThat(good.awaitRequest(0).content().trailers()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void moreContentThanIsKept(Version version) {
    bad.otherwise(new EndAfter(5, End.RESET));
    try (ProxyUnderTest proxy = proxy("bodyLimit: 4B", "");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/").send("some ");
      assertThat(call.answer().status()).isEqualTo(502);
      Verdict.ended(proxy, Reason.SERVER_RESET, 502, "SH");
      assertThat(good.requests()).isEmpty();
    }
  }

  /** Once an answer has begun it is too late, even for a 100. */
  @Test
  void notBehindTheHeadOfAResponse() {
    bad.otherwise(new Truncate(Response.of(200, "abcdef"), 3, End.RESET));
    try (ProxyUnderTest proxy = proxy("", "");
        Client client = Version.H1.connect(proxy)) {
      client.request("GET", "/").awaitCut();
      Verdict.ended(proxy, Reason.SERVER_RESET, 200, "SD");
      assertThat(good.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatDoesNotAnswer(Version version) {
    Gate gate = new Gate();
    bad.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("reasons: [response-timeout], attemptTimeout: 100ms", "");
        Client client = version.connect(proxy)) {
      requireServed(proxy, client.get("/"), 2);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      assertThat(retries(proxy, "response-timeout")).isEqualTo(1);
      gate.open();
      bad.awaitConnection(0).ending();
    }
  }

  /** Who is the last to be asked has all the time that the route gives. */
  @Test
  void theLastAttemptIsNotCutShort() {
    Gate gate = new Gate();
    bad.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    good.otherwise(new Hold(gate, new Respond(Response.of(200, "good"))));
    try (ProxyUnderTest proxy = proxy("reasons: [response-timeout], attemptTimeout: 50ms", "");
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      good.awaitRequest(0);
      // In turns the next goes to the good one at once, and the one after it begins at the bad one.
      for (int more = 1; more < 5; more++) {
        client.request("GET", "/more");
        good.awaitRequest(more);
      }
      gate.open();
      assertThat(call.answer().content().text()).isEqualTo("good");
    }
  }

  /** Where no retry can be had, the time of one attempt is not the end of the exchange. */
  @Test
  void withoutABudgetTheServerHasAllTheTime() {
    Gate gate = new Gate();
    bad.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    good.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy =
            proxy("reasons: [response-timeout], attemptTimeout: 50ms", "share: 0%, perSecond: 0");
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      Await.until(
          "a retry that is denied",
          () ->
              Scrape.of(proxy.admin()).value("postern_pool_retries_denied_total{pool=\"app\"}")
                  == 1);
      gate.open();
      assertThat(call.answer().content().text()).isEqualTo("late");
      assertThat(Verdict.served(proxy, 200).attempts).isEqualTo(1);
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStatusThatAnotherMends(Version version) {
    bad.otherwise(new Respond(Response.of(503, "overloaded")));
    try (ProxyUnderTest proxy = proxy("reasons: [status]", "");
        Client client = version.connect(proxy)) {
      requireServed(proxy, client.get("/"), 2);
      assertThat(retries(proxy, "status")).isEqualTo(1);
      // It may have been done: not again.
      Answer post = client.start("POST", "/").send("once").end().answer();
      assertThat(post.status()).isIn(200, 503);
    }
  }

  /** Where nobody does better the answer is the last server's own. */
  @ParameterizedTest
  @EnumSource
  void aStatusThatNobodyMends(Version version) {
    bad.otherwise(new Respond(Response.of(503, "first")));
    good.otherwise(new RespondEarly(Response.of(502, "last")));
    try (ProxyUnderTest proxy = proxy("reasons: [status], statuses: 502-503", "");
        Client client = version.connect(proxy)) {
      Answer answer = client.get("/");
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.content().text()).isEqualTo("last");
      ExchangeRecord record = Verdict.served(proxy, 502);
      assertThat(record.attempts).isEqualTo(2);
    }
  }

  /** A server that fails half of what it gets is not asked half as much again. */
  @Test
  void withinTheBudget() {
    bad.otherwise(new Respond(Response.of(503, "down")));
    try (ProxyUnderTest proxy = proxy("reasons: [status]", "share: 20%, perSecond: 0");
        Client client = Version.H1.connect(proxy)) {
      int failed = 0;
      for (int i = 0; i < 200; i++) {
        failed += client.get("/").status() == 200 ? 0 : 1;
        proxy.record();
      }
      long retries = retries(proxy, "status");
      assertThat(retries).isBetween(30L, 40L);
      assertThat(bad.requests().size() + good.requests().size()).isEqualTo(200 + (int) retries);
      long denied =
          Scrape.of(proxy.admin()).value("postern_pool_retries_denied_total{pool=\"app\"}");
      assertThat(denied).isEqualTo(failed).isPositive();
    }
  }

  /** Who goes away while we wait before the next attempt is gone, and no server is asked. */
  @Test
  void aClientThatGoesDuringTheBackoff() {
    bad.otherwise(new Respond(Response.of(503, "first")));
    good.otherwise(new Respond(Response.of(503, "second")));
    try (ScriptedServer third = ScriptedServer.start();
        ProxyUnderTest proxy =
            ProxyUnderTest.start(
                """
                listeners:
                  edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
                routes:
                  - {name: all, pool: app, retry: {reasons: [status], backoff: 1m}}
                pools:
                  app:
                    servers: [{address: "127.0.0.1:%d"}, {address: "127.0.0.1:%d"}, {address: "127.0.0.1:%d"}]
                process: {eventLoops: 1}
                """
                    .formatted(bad.port(), good.port(), third.port()));
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      good.awaitRequest(0);
      bad.awaitRequest(0);
      call.abort();
      ExchangeRecord record = proxy.record();
      assertThat(record.status).isEqualTo(499);
      assertThat(third.requests()).isEmpty();
    }
  }
}
