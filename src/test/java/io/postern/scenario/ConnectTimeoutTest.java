package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.FullPort;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that answer no SYN: another is tried after {@code timeouts.connect}, then 503. */
class ConnectTimeoutTest {

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void anotherServerAnswers(Protocol protocol) {
    try (FullPort full = new FullPort();
        ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy =
            ProxyUnderTest.to("", "connect: 100ms", full.address(), server.address());
        Caller client = protocol.connect(proxy)) {
      int attempts = 0;
      for (int i = 0; i < 2; i++) {
        assertThat(client.get("/").answer().text()).isEqualTo("ok");
        ExchangeRecord record = Ended.well(proxy);
        assertThat(record.server).isEqualTo(Ended.label(server.address()));
        attempts += record.attempts;
      }
      assertThat(attempts).isEqualTo(3);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void nobodyAnswers(Protocol protocol) {
    try (FullPort full = new FullPort();
        ProxyUnderTest proxy = ProxyUnderTest.to("", "connect: 100ms", full.address());
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 2; i++) {
        Answer answer = client.get("/").answer();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).startsWith("connect-timeout: ");
        assertThat(Ended.badly(proxy, 503, "sC", Reason.CONNECT_TIMEOUT).server)
            .isEqualTo(Ended.label(full.address()));
      }
      assertThat(proxy.server("app", 0).faults()).isEqualTo(2);
      assertThat(proxy.server("app", 0).inFlight()).isZero();
    }
  }
}
