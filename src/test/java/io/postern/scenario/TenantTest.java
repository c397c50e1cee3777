package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.ExchangeRecord;
import io.postern.tenant.Tenant;
import io.postern.testkit.Answer;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.Head;
import io.postern.testkit.NlbOptions;
import io.postern.testkit.NlbTwin;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Customers are told apart by the VPC endpoints that they call through. */
class TenantTest {

  private static final String OTHER = "vpce-0123456789abcdef0";

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String tenant, String unknown) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            proxyProtocol: required
            limits: {connections: 100}
            tls: {certificates: [@CERTIFICATES@]}
        tenants:
          acme: {vpcEndpoints: [%s]}
        unknownTenants: %s
        routes:
          - {name: own, match: {path: [/own], tenants: [acme]}, respond: {body: "for acme"}}
          - {name: own-of-others, match: {path: [/own]}, respond: {status: 403}}
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(tenant, unknown, server.port()));
  }

  private static RawClient client(NlbTwin twin, Version version) {
    String alpn = version == Version.H1 ? "http/1.1" : "h2";
    return RawClient.connect(
        twin.address(), ClientTls.of(ProxyUnderTest.authority(), Version.HOST, alpn));
  }

  private static List<Answer> answers(RawClient client, Version version, String... paths) {
    List<Answer> answers = new ArrayList<>();
    H2Client h2 = version == Version.H1 ? null : H2Client.over(client);
    for (String path : paths) {
      answers.add(
          h2 == null ? client.get(path, Version.HOST) : h2.get(Version.HOST, path).answer());
    }
    return answers;
  }

  @ParameterizedTest
  @EnumSource
  void aTenantIsToldToServersAndLogAndHasRoutesOfItsOwn(Version version) {
    try (ProxyUnderTest proxy = proxy(ProxyV2.VPCE, "deny");
        NlbTwin twin = NlbTwin.start(NlbOptions.to(proxy.address()));
        RawClient client = client(twin, version)) {
      List<Answer> answers = answers(client, version, "/", "/own");
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-postern-tenant")).isEqualTo("acme");
      assertThat(head.field("x-postern-vpce")).isEqualTo(ProxyV2.VPCE);
      assertThat(answers.get(1).text()).isEqualTo("for acme");
      for (int i = 0; i < 2; i++) {
        ExchangeRecord record = proxy.record();
        assertThat(record.tenant).extracting(Tenant::name).hasToString("acme");
      }
      Scrape scrape = Scrape.of(proxy.admin());
      assertThat(scrape.value("postern_tenant_exchanges_total{class=\"2xx\",tenant=\"acme\"}"))
          .isEqualTo(2);
      assertThat(scrape.value(ofEndpoint("2xx"))).isEqualTo(2);
    }
  }

  private static String ofEndpoint(String statusClass) {
    return "postern_vpce_exchanges_total{class=\"%s\",tenant=\"acme\",vpce=\"%s\"}"
        .formatted(statusClass, ProxyV2.VPCE);
  }

  /** The exchange is a tenant's whatever becomes of it. */
  @ParameterizedTest
  @CsvSource({"400, GET / HTTP/1.1", "421, GET / HTTP/1.1|Host: another.test"})
  void aRequestThatIsRefusedAtOnceIsATenantsToo(int status, String head) {
    try (ProxyUnderTest proxy = proxy(ProxyV2.VPCE, "allow");
        NlbTwin twin = NlbTwin.start(NlbOptions.to(proxy.address()));
        RawClient client = client(twin, Version.H1)) {
      client.send(head.replace("|", "\r\n") + "\r\n\r\n");
      assertThat(client.readAnswer().status()).isEqualTo(status);
      assertThat(proxy.record().tenant).extracting(Tenant::name).hasToString("acme");
      assertThat(Scrape.of(proxy.admin()).value(ofEndpoint("4xx"))).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoIsNoTenantMayBeServed(Version version) {
    try (ProxyUnderTest proxy = proxy(OTHER, "allow");
        NlbTwin twin = NlbTwin.start(NlbOptions.to(proxy.address()));
        RawClient client = client(twin, version)) {
      List<Answer> answers = answers(client, version, "/", "/own");
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-postern-tenant")).isEmpty();
      assertThat(head.field("x-postern-vpce")).isEqualTo(ProxyV2.VPCE);
      assertThat(answers.get(1).status()).isEqualTo(403);
      assertThat(proxy.record().tenant).isNull();
    }
  }

  @Test
  void orIsClosedBeforeTheHandshakeAndCounted() {
    try (ProxyUnderTest proxy = proxy(OTHER, "deny");
        NlbTwin twin = NlbTwin.start(NlbOptions.to(proxy.address()));
        RawClient client = RawClient.connect(twin.address())) {
      client.send("\u0016\u0003\u0001");
      assertThat(client.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
      assertThat(
              Scrape.of(proxy.admin()).value("postern_connections_denied_total{listener=\"edge\"}"))
          .isEqualTo(1);
      assertThat(proxy.hasNoRecord()).isTrue();
      assertThat(server.connections()).isEmpty();
    }
  }
}
