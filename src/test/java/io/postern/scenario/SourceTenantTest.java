package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.ClientTls;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Scrape;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Customers who come by no VPC endpoint and show no certificate are told apart by the address. */
class SourceTenantTest {

  private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");

  @TempDir private Path directory;

  @BeforeEach
  void write() throws IOException {
    CLIENTS.writeCa(directory.resolve("clients.pem"));
  }

  private ProxyUnderTest proxy(String unknown, String clientAuth) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            proxyProtocol: required
            limits: {connections: 100}
            tls: {certificates: [@CERTIFICATES@], %s}
        tenants:
          acme: {sources: [192.0.2.0/24, "2001:db8::/32"], limits: {connections: 2}}
          narrow: {sources: [192.0.2.128/25]}
          shown: {clientCertificates: [agent.shown.test]}
          umbrella: {vpcEndpoints: [vpce-1], routes: [umbrella, all]}
        unknownTenants: %s
        routes:
          - {name: acme, match: {path: [/who], tenants: [acme]}, respond: {body: acme}}
          - {name: narrow, match: {path: [/who], tenants: [narrow]}, respond: {body: narrow}}
          - {name: shown, match: {path: [/who], tenants: [shown]}, respond: {body: shown}}
          - {name: umbrella, match: {path: [/who], tenants: [umbrella]}, respond: {body: umbrella}}
          - {name: others, match: {path: [/others]}, respond: {body: others}}
          - {name: all, match: {path: [/, /who]}, respond: {body: nobody}}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(clientAuth.formatted(directory.resolve("clients.pem")), unknown));
  }

  private static RawClient from(ProxyUnderTest proxy, String address, @Nullable String vpce) {
    String local = address.contains(":") ? "::1" : "127.0.0.1";
    ProxyV2 header = ProxyV2.proxied(address, 4711, local, 1);
    return RawClient.connect(proxy.address())
        .send(vpce == null ? header.bytes() : header.vpce(vpce).bytes());
  }

  private static ClientTls tls() {
    return ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1");
  }

  private static String who(ProxyUnderTest proxy, String address, @Nullable String vpce) {
    return who(proxy, address, vpce, tls());
  }

  private static String who(
      ProxyUnderTest proxy, String address, @Nullable String vpce, ClientTls tls) {
    try (RawClient client = from(proxy, address, vpce).startTls(tls)) {
      return client.get("/who", Version.HOST).text();
    }
  }

  @Test
  void theLongestPrefixTells() {
    try (ProxyUnderTest proxy = proxy("allow", "")) {
      assertThat(who(proxy, "192.0.2.1", null)).isEqualTo("acme");
      assertThat(who(proxy, "192.0.2.200", null)).isEqualTo("narrow");
      assertThat(who(proxy, "2001:db8:1::1", null)).isEqualTo("acme");
      assertThat(who(proxy, "198.51.100.1", null)).isEqualTo("nobody");
    }
  }

  /** Behind a VPC endpoint addresses are the customer's own choice. */
  @Test
  void neverWhereAVpcEndpointIsNamed() {
    try (ProxyUnderTest proxy = proxy("allow", "")) {
      assertThat(who(proxy, "192.0.2.1", "vpce-1")).isEqualTo("umbrella");
      assertThat(who(proxy, "192.0.2.1", "vpce-2")).isEqualTo("nobody");
    }
  }

  @Test
  void aCertificateComesBefore() {
    ClientTls shows = tls().showing(CLIENTS.issue(KeyType.ECDSA, List.of("agent.shown.test")));
    ClientTls stranger = tls().showing(CLIENTS.issue(KeyType.ECDSA, List.of("elsewhere.test")));
    try (ProxyUnderTest proxy = proxy("deny", "clientAuth: optional, trust: %s")) {
      assertThat(who(proxy, "192.0.2.1", null, shows)).isEqualTo("shown");
      assertThat(who(proxy, "192.0.2.1", null, stranger)).isEqualTo("acme");
      assertThat(who(proxy, "192.0.2.1", null)).isEqualTo("acme");
      assertThat(who(proxy, "198.51.100.1", null, shows)).isEqualTo("shown");
      try (RawClient client = from(proxy, "198.51.100.1", null).startTls(tls())) {
        assertThat(client.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
      }
    }
  }

  @Test
  void whoIsNobodysIsClosedBeforeTheHandshake() {
    try (ProxyUnderTest proxy = proxy("deny", "");
        RawClient client = from(proxy, "198.51.100.1", null)) {
      assertThat(client.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
      assertThat(who(proxy, "192.0.2.1", null)).isEqualTo("acme");
      assertThat(denied(proxy)).isEqualTo(1);
    }
  }

  private static long denied(ProxyUnderTest proxy) {
    return Scrape.of(proxy.admin()).value("postern_connections_denied_total{listener=\"edge\"}");
  }

  /** With or without the question for a certificate, which only puts the answer off. */
  @Test
  void hasItsShareOfConnections() {
    for (String clientAuth : List.of("", "clientAuth: optional, trust: %s")) {
      try (ProxyUnderTest proxy = proxy("allow", clientAuth);
          RawClient first = from(proxy, "192.0.2.1", null).startTls(tls());
          RawClient second = from(proxy, "2001:db8::1", null).startTls(tls())) {
        assertThat(first.get("/", Version.HOST).status()).isEqualTo(200);
        assertThat(second.get("/", Version.HOST).status()).isEqualTo(200);
        try (RawClient third = from(proxy, "192.0.2.2", null)) {
          if (!clientAuth.isEmpty()) {
            third.startTls(tls());
          }
          assertThat(third.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
        }
        assertThat(who(proxy, "192.0.2.200", null)).isEqualTo("narrow");
        assertThat(Scrape.of(proxy.admin()).value("postern_tenant_connections{tenant=\"acme\"}"))
            .isEqualTo(2);
      }
    }
  }

  /** A tenant that has routes of its own has no others. */
  @Test
  void mayHaveFewerRoutesThanOthers() {
    try (ProxyUnderTest proxy = proxy("allow", "");
        RawClient umbrella = from(proxy, "192.0.2.1", "vpce-1").startTls(tls());
        RawClient acme = from(proxy, "192.0.2.1", null).startTls(tls())) {
      Answer refused = umbrella.get("/others", Version.HOST);
      assertThat(refused.status()).isEqualTo(404);
      assertThat(umbrella.get("/", Version.HOST).text()).isEqualTo("nobody");
      assertThat(acme.get("/others", Version.HOST).text()).isEqualTo("others");
    }
  }
}
