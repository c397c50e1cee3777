package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests are shared out by weight, and the round is exact. */
class BalanceTest {

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void roundRobinByWeight(Protocol protocol) {
    try (ScriptedServer three = ScriptedServer.start();
        ScriptedServer one = ScriptedServer.start();
        ScriptedServer none = ScriptedServer.start();
        ProxyUnderTest proxy =
            ProxyUnderTest.start(
                """
                listeners:
                  edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
                routes:
                  - {name: all, pool: app}
                pools:
                  app:
                    servers:
                      - {address: "127.0.0.1:%d", weight: 3}
                      - {address: "127.0.0.1:%d", weight: 1}
                      - {address: "127.0.0.1:%d", weight: 0}
                process: {eventLoops: 1}
                """
                    .formatted(three.port(), one.port(), none.port()));
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 40; i++) {
        assertThat(client.get("/").answer().status()).isEqualTo(200);
      }
      assertThat(three.requests()).hasSize(30);
      assertThat(one.requests()).hasSize(10);
      assertThat(none.connections()).isEmpty();
      assertThat(proxy.server("app", 0).exchanges()).isEqualTo(30);
      assertThat(proxy.server("app", 1).exchanges()).isEqualTo(10);
    }
  }
}
