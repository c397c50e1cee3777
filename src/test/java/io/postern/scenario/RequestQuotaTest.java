package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tenant may have so many requests in flight, and send so many in a time; the next is 429. */
class RequestQuotaTest {

  private static ProxyUnderTest proxy(int port, String limits) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        tenants:
          acme: {sources: [127.0.0.0/8], limits: {%s}}
        routes:
          - {name: fixed, match: {path: [/fixed]}, respond: {}}
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(limits, port));
  }

  private static long refused(ProxyUnderTest proxy, String limit) {
    return Scrape.of(proxy.admin())
        .value(
            "postern_tenant_requests_refused_total{limit=\"%s\",tenant=\"acme\"}".formatted(limit));
  }

  private static long active(ProxyUnderTest proxy) {
    return Scrape.of(proxy.admin()).value("postern_tenant_requests_active{tenant=\"acme\"}");
  }

  @ParameterizedTest
  @EnumSource
  void inFlight(Version version) {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "ok"))));
        ProxyUnderTest proxy = proxy(server.port(), "concurrentRequests: 2");
        Client one = version.connect(proxy);
        Client two = version.connect(proxy);
        Client three = version.connect(proxy)) {
      Call first = one.start("GET", "/1").end();
      Call second = two.start("GET", "/2").end();
      server.awaitRequest(1);
      for (int i = 0; i < 3; i++) {
        Answer answer = three.get("/3");
        Refusals.check(answer, Reason.TOO_MANY_REQUESTS);
        assertThat(answer.field("retry-after")).isEqualTo("1");
        assertThat(proxy.record().terminationCode()).isEqualTo("PR");
      }
      assertThat(active(proxy)).isEqualTo(2);
      assertThat(refused(proxy, "concurrent")).isEqualTo(3);
      gate.open();
      assertThat(first.answer().status()).isEqualTo(200);
      assertThat(second.answer().status()).isEqualTo(200);
      proxy.record();
      proxy.record();
      assertThat(three.get("/3").status()).isEqualTo(200);
      proxy.record();
      assertThat(active(proxy)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void inATime(Version version) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server.port(), "requestRate: 2/h, burst: 3");
        Client client = version.connect(proxy)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }
      Answer answer = client.get("/fixed");
      Refusals.check(answer, Reason.RATE_LIMITED);
      long seconds = Long.parseLong(answer.field("retry-after"));
      assertThat(seconds).isBetween(1700L, 1800L);
      assertThat(answer.field("ratelimit-policy")).isEqualTo("\"requests\";q=3;w=5400");
      assertThat(answer.field("ratelimit")).isEqualTo("\"requests\";r=0;t=" + seconds);
      assertThat(refused(proxy, "rate")).isEqualTo(1);
      assertThat(server.requests()).hasSize(3);
    }
  }
}
