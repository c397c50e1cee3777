package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.NlbOptions;
import io.postern.testkit.NlbTwin;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Customers who come by no VPC endpoint are told apart by the certificates that they show. */
class CertificateTenantTest {

  private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
  private static final String HOST = "a.example.test";

  private final ScriptedServer server = ScriptedServer.start();
  @TempDir private Path directory;

  @BeforeEach
  void write() throws IOException {
    CLIENTS.writeCa(directory.resolve("clients.pem"));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String proxyProtocol, String unknown) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            proxyProtocol: %s
            limits: {connections: 100}
            tls:
              certificates: [@CERTIFICATES@]
              clientAuth: optional
              trust: %s/clients.pem
        tenants:
          acme: {clientCertificates: [agent.acme.test], limits: {connections: 1}}
          umbrella: {vpcEndpoints: [%s]}
        unknownTenants: %s
        routes:
          - {name: own, match: {path: [/own], tenants: [acme]}, respond: {body: "for acme"}}
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(proxyProtocol, directory, ProxyV2.VPCE, unknown, server.port()));
  }

  private static RawClient client(InetSocketAddress address, String... names) {
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), HOST, "http/1.1");
    return RawClient.connect(
        address,
        names.length == 0 ? tls : tls.showing(CLIENTS.issue(KeyType.ECDSA, List.of(names))));
  }

  @Test
  void isToldToServersAndLogAndHasRoutesOfItsOwn() {
    try (ProxyUnderTest proxy = proxy("none", "allow");
        RawClient client = client(proxy.address(), "elsewhere.test", "agent.acme.test")) {
      assertThat(client.get("/", HOST).status()).isEqualTo(200);
      assertThat(server.awaitRequest(0).head().field("x-postern-tenant")).isEqualTo("acme");
      assertThat(client.get("/own", HOST).text()).isEqualTo("for acme");
      assertThat(Objects.requireNonNull(proxy.record().tenant).name().toString()).isEqualTo("acme");
    }
  }

  @Test
  void whereUnknownOnesAreDeniedOthersAreClosedBehindTheHandshake() {
    try (ProxyUnderTest proxy = proxy("none", "deny");
        RawClient own = client(proxy.address(), "agent.acme.test");
        RawClient other = client(proxy.address(), "agent.other.test");
        RawClient without = client(proxy.address())) {
      assertThat(own.get("/own", HOST).status()).isEqualTo(200);
      assertThat(other.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(without.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(
              Scrape.of(proxy.admin()).value("postern_connections_denied_total{listener=\"edge\"}"))
          .isEqualTo(2);
    }
  }

  @Test
  void itsConnectionsAreCountedFromTheHandshakeOn() {
    try (ProxyUnderTest proxy = proxy("none", "allow")) {
      try (RawClient first = client(proxy.address(), "agent.acme.test");
          RawClient second = client(proxy.address(), "agent.acme.test")) {
        assertThat(first.get("/own", HOST).status()).isEqualTo(200);
        assertThat(second.awaitEnding()).isEqualTo(Ending.CLOSED);
      }
      String open = "postern_tenant_connections{tenant=\"acme\"}";
      Await.until("none is open", () -> Scrape.of(proxy.admin()).value(open) == 0);
      try (RawClient third = client(proxy.address(), "agent.acme.test")) {
        assertThat(third.get("/own", HOST).status()).isEqualTo(200);
      }
    }
  }

  /** It was another's to begin with: the VPC endpoint cannot be chosen, a certificate can. */
  @Test
  void theVpcEndpointIsBelievedBeforeTheCertificate() {
    try (ProxyUnderTest proxy = proxy("required", "deny");
        NlbTwin twin = NlbTwin.start(NlbOptions.to(proxy.address()));
        RawClient client = client(twin.address(), "agent.acme.test")) {
      assertThat(client.get("/own", HOST).status()).isEqualTo(200);
      assertThat(server.awaitRequest(0).head().field("x-postern-tenant")).isEqualTo("umbrella");
    }
  }
}
