package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerTls;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tunnels where there is TLS to the server, and where there is none to the client. */
class TunnelTlsTest {

  private static final long LARGE = 3 << 20;

  private static ScriptedServer server(Version spoken) {
    String protocol = spoken == Version.H1 ? "http/1.1" : "h2";
    return ScriptedServer.start(ServerTls.of(TlsPool.issued("localhost")).protocols(protocol));
  }

  private static ProxyUnderTest proxy(ScriptedServer server) {
    return TlsPool.speaking("auto", server.port());
  }

  private static ExchangeRecord ended(ProxyUnderTest proxy, String termination) {
    ExchangeRecord record = proxy.record();
    assertThat(record.terminationCode()).isEqualTo(termination);
    assertThat(record.status).isEqualTo(101);
    Verdict.requireNoCharge(proxy);
    return record;
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void theServerEndsIt(Pair pair) {
    try (ScriptedServer server = server(pair.server()).on("/ws", TunnelTest.echo());
        ProxyUnderTest proxy = proxy(server);
        TunnelClient client = TunnelClient.ask(pair.client(), proxy, "/ws")) {
      assertThat(client.isOpened()).isTrue();
      assertThat(client.send("hello").read(5)).isEqualTo("hello");
      client.awaitEnd();
      ended(proxy, "S-");
      Pair.awaitPool(proxy, pair.server() == Version.H2 ? 1 : 0);
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void theClientEndsItAndAllThatItSentArrives(Pair pair) {
    CompletableFuture<Long> came = new CompletableFuture<>();
    try (ScriptedServer server = server(pair.server()).on("/ws", counting(came));
        ProxyUnderTest proxy = proxy(server);
        TunnelClient client = TunnelClient.ask(pair.client(), proxy, "/ws")) {
      assertThat(client.isOpened()).isTrue();
      assertThat(client.sendInBackground(LARGE)).succeedsWithin(Await.LIMIT);
      client.end();
      assertThat(Await.result("the end", came)).isEqualTo(LARGE);
      assertThat(ended(proxy, "C-").bytesReceived).isEqualTo(LARGE);
      Pair.awaitPool(proxy, pair.server() == Version.H2 ? 1 : 0);
    }
  }

  private static Custom counting(CompletableFuture<Long> came) {
    return TunnelTest.switching(
        (request, wire) -> {
          came.complete(wire.readToEnd());
          wire.end(End.FINISH);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aPlainListenerHasThemToo(Version spoken) {
    CompletableFuture<Long> came = new CompletableFuture<>();
    try (ScriptedServer server =
            ScriptedServer.start().on("/ws", TunnelTest.echo()).on("/count", counting(came));
        ProxyUnderTest proxy = plain(server, spoken)) {
      try (RawClient client = RawClient.connect(proxy.address())) {
        client.send(TunnelClient.request("/ws"));
        assertThat(client.readHead().status()).isEqualTo(101);
        assertThat(client.send("hello").read(5)).isEqualTo("hello");
        assertThat(client.awaitEnding()).isEqualTo(RawClient.Ending.CLOSED);
        ended(proxy, "S-");
      }
      try (RawClient client = RawClient.connect(proxy.address())) {
        client.send(TunnelClient.request("/count"));
        assertThat(client.readHead().status()).isEqualTo(101);
        client.send("hello").halfClose();
        assertThat(Await.result("the end", came)).isEqualTo(5);
        ended(proxy, "C-");
      }
    }
  }

  private static ProxyUnderTest plain(ScriptedServer server, Version spoken) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, limits: {connections: 100}}
        routes:
          - {name: all, pool: app}
        pools:
          app: {protocol: %s, servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(spoken == Version.H1 ? "http/1.1" : "h2c", server.port()));
  }
}
