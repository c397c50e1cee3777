package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Scrape;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A source and a tenant may have so many connections; one more is closed before the handshake. */
class ConnectionLimitsTest {

  private static final String ACME = "vpce-1";
  private static final String ALSO_ACME = "vpce-2";
  private static final String OTHER = "vpce-3";

  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge:
              bind: 127.0.0.1:0
              proxyProtocol: required
              limits: {connections: 100, connectionsPerSource: 2}
              tls: {certificates: [@CERTIFICATES@]}
            second:
              bind: 127.0.0.1:0
              proxyProtocol: required
              limits: {connections: 100}
              tls: {certificates: [@CERTIFICATES@]}
          tenants:
            acme: {vpcEndpoints: [vpce-1, vpce-2], limits: {connections: 3}}
          routes: [{name: all, respond: {}}]
          admin: {bind: 127.0.0.1:0}
          process: {eventLoops: 1}
          """);

  @AfterEach
  void close() {
    proxy.close();
  }

  private RawClient from(String address, String vpce, String listener) {
    InetSocketAddress client = new InetSocketAddress(address, 4711);
    InetSocketAddress local = new InetSocketAddress(address.contains(":") ? "::1" : "127.0.0.1", 1);
    return RawClient.connect(proxy.address(listener)).send(ProxyV2.aws(client, local, vpce));
  }

  private RawClient served(String address, String vpce, String listener) {
    RawClient client =
        from(address, vpce, listener)
            .startTls(ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1"));
    assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
    return client;
  }

  private void refused(String address, String vpce, String listener) {
    try (RawClient client = from(address, vpce, listener)) {
      assertThat(client.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
    }
  }

  private long count(String series) {
    return Scrape.of(proxy.admin()).value(series);
  }

  @SuppressWarnings("try") // a connection that ends makes room
  @ParameterizedTest
  @CsvSource({"192.0.2.1,192.0.2.2", "2001:db8::1,2001:db8:0:1::1"})
  void ofOneSource(String address, String another) {
    try (LogLines log = LogLines.of("io.postern.listener.Admission");
        RawClient first = served(address, OTHER, "edge");
        RawClient second = served(address, OTHER, "edge")) {
      for (int i = 0; i < 5; i++) {
        refused(address, OTHER, "edge");
      }
      assertThat(log.about("limit of the source")).hasSize(1);
      assertThat(count("postern_connections_refused_total{limit=\"source\",listener=\"edge\"}"))
          .isEqualTo(5);
      served(another, OTHER, "edge").close();
      served(address, "vpce-4", "edge").close();
      assertThat(first.get("/", Version.HOST).status()).isEqualTo(200);
      second.close();
      Await.until("room", () -> count("postern_connections{listener=\"edge\"}") == 1);
      served(address, OTHER, "edge").close();
    }
  }

  @Test
  void aNetworkOfIpv6IsOneSource() {
    try (RawClient first = served("2001:db8::1", OTHER, "edge");
        RawClient second = served("2001:db8::2", OTHER, "edge")) {
      refused("2001:db8::3", OTHER, "edge");
      assertThat(first.get("/", Version.HOST).status()).isEqualTo(200);
      assertThat(second.get("/", Version.HOST).status()).isEqualTo(200);
    }
  }

  @SuppressWarnings("try") // a connection that ends makes room
  @Test
  void ofOneTenantOnAllListeners() {
    try (LogLines log = LogLines.of("io.postern.listener.Admission");
        RawClient first = served("192.0.2.1", ACME, "edge");
        RawClient second = served("192.0.2.2", ALSO_ACME, "second");
        RawClient third = served("192.0.2.3", ACME, "second")) {
      assertThat(count("postern_tenant_connections{tenant=\"acme\"}")).isEqualTo(3);
      refused("192.0.2.4", ALSO_ACME, "edge");
      refused("192.0.2.5", ACME, "second");
      assertThat(log.about("tenant acme")).hasSize(2).first().asString().contains("WARN");
      assertThat(count("postern_connections_refused_total{limit=\"tenant\",listener=\"edge\"}"))
          .isEqualTo(1);
      served("192.0.2.6", OTHER, "edge").close();
      assertThat(second.get("/", Version.HOST).status()).isEqualTo(200);
      third.close();
      first.close();
      Await.until("room", () -> count("postern_tenant_connections{tenant=\"acme\"}") == 1);
      served("192.0.2.7", ACME, "edge").close();
    }
  }
}
