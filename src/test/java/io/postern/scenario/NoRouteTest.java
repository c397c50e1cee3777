package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What no route matches is answered 404, and the connection is kept. */
class NoRouteTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: "127.0.0.1:0", limits: {connections: 1000}, tls: {certificates: [@CERTIFICATES@]}}
          routes:
            - {name: one, match: {pathPrefix: [/one]}, pool: app}
          pools:
            app: {servers: [{address: "127.0.0.1:%d"}]}
          process: {eventLoops: 1}
          """
              .formatted(server.port()));

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void isAnswered(Version version) {
    try (Client client = version.connect(proxy)) {
      Refusals.check(client.get("/two"), Reason.NO_ROUTE);
      ExchangeRecord record = proxy.record();
      assertThat(record.terminationCode()).isEqualTo("PR");
      assertThat(record.status).isEqualTo(404);
      assertThat(record.route).isNull();
      assertThat(client.get("/one").text()).isEqualTo("ok");
      assertThat(proxy.record().route).isEqualTo("one");
    }
  }

  /** Its content is not read, so the connection can serve no more. */
  @ParameterizedTest
  @EnumSource
  void isAnsweredWhereContentComes(Version version) {
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/two").send("some");
      Refusals.check(call.answer(), Reason.NO_ROUTE);
      assertThat(proxy.record().status).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHeadRequestIsAnsweredWithoutContent(Version version) {
    try (Client client = version.connect(proxy)) {
      Answer answer = client.request("HEAD", "/two").answer();
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.field("content-length")).isNotEqualTo("0");
      assertThat(answer.text()).isEmpty();
      assertThat(client.get("/one").text()).isEqualTo("ok");
    }
  }
}
