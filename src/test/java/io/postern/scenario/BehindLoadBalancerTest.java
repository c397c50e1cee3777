package io.postern.scenario;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.H2Client;
import io.postern.testkit.Head;
import io.postern.testkit.NlbOptions;
import io.postern.testkit.NlbOptions.Checks;
import io.postern.testkit.NlbTwin;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.ScriptedServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A proxy as a target of a Network Load Balancer. */
class BehindLoadBalancerTest {

  private static final String SUBNET = "127.0.1.1";

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String timeouts) {
    return ProxyUnderTest.start(
        """
        loadBalancer: {sources: [127.0.1.0/24]}
        listeners:
          edge:
            bind: 127.0.0.1:0
            proxyProtocol: required
            limits: {connections: 100}
            timeouts: {%s}
            tls: {certificates: [@CERTIFICATES@]}
          health:
            bind: 127.0.0.1:0
            proxyProtocol: optional
            limits: {connections: 100}
        routes:
          - {name: healthz, match: {path: [/healthz]}, respond: {status: 200, body: ok}}
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(timeouts, server.port()));
  }

  private static NlbOptions to(ProxyUnderTest proxy) {
    return NlbOptions.to(proxy.address()).from(SUBNET);
  }

  private static RawClient client(NlbTwin twin, String alpn) {
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), Version.HOST, alpn);
    return RawClient.connect(twin.address(), tls);
  }

  @ParameterizedTest
  @EnumSource
  void clientsAreKnownByTheirOwnAddresses(Version version) {
    try (ProxyUnderTest proxy = proxy("");
        NlbTwin twin = NlbTwin.start(to(proxy));
        RawClient client = client(twin, version == Version.H1 ? "http/1.1" : "h2")) {
      Answer answer =
          version == Version.H1
              ? client.get("/", Version.HOST)
              : H2Client.over(client).get(Version.HOST, "/").answer();
      assertThat(answer.text()).isEqualTo("ok");
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-forwarded-for")).isEqualTo("127.0.0.1");
      assertThat(head.field("x-forwarded-port")).isEqualTo("" + twin.address().getPort());
      ExchangeRecord record = proxy.record();
      assertThat(record.connection.client()).isEqualTo(client.local());
      assertThat(record.connection.local()).isEqualTo(twin.address());
      assertThat(String.valueOf(record.connection.vpce())).isEqualTo(ProxyV2.VPCE);
    }
  }

  @Test
  void uploadsGoThrough() {
    Content content = Content.ofSize(8 << 20);
    try (ProxyUnderTest proxy = proxy("");
        NlbTwin twin = NlbTwin.start(to(proxy));
        RawClient client = client(twin, "http/1.1")) {
      client
          .send(
              "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                  + content.length()
                  + "\r\n\r\n")
          .send(content);
      assertThat(client.readAnswer().status()).isEqualTo(200);
      assertThat(proxy.record().bytesReceived).isEqualTo(content.length());
    }
  }

  @Test
  void httpChecksAreServed() {
    try (ProxyUnderTest proxy = proxy("");
        NlbTwin twin =
            NlbTwin.start(
                to(proxy)
                    .checks(
                        Checks.http(
                            "/healthz", Duration.ofMillis(20), 2, proxy.address("health"))))) {
      Await.until("healthy", () -> twin.isHealthy(proxy.address()));
      assertThat(requireNonNull(proxy.arrivals("health").headers().get("local")))
          .isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void checksThatOnlyConnectAreProbesAndNothingElse() {
    try (ProxyUnderTest proxy = proxy("");
        NlbTwin twin = NlbTwin.start(to(proxy).checks(Checks.tcp(Duration.ofMillis(20), 2)))) {
      Await.until("healthy", () -> twin.isHealthy(proxy.address()));
      Await.until(
          "probes", () -> requireNonNull(proxy.arrivals("edge").probes().get("nothing")) > 1);
      assertThat(proxy.arrivals("edge").headers().values()).containsOnly(0L);
      assertThat(proxy.hasNoRecord()).isTrue();
    }
  }

  /** The proxy's own idle time has to be the shorter one; here it is not. */
  @Test
  void aFlowThatTheLoadBalancerHasForgottenEndsOnBothSides() {
    try (ProxyUnderTest proxy = proxy("idle: 2s");
        NlbTwin twin = NlbTwin.start(to(proxy).idle(Duration.ofMillis(100)));
        RawClient client = client(twin, "http/1.1")) {
      assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
      Await.until("it is forgotten", () -> twin.forgotten() == 1);
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.awaitEnding()).isEqualTo(Ending.RESET);
      Await.until("the end at the proxy", () -> proxy.runtime().openConnections() == 0);
      Verdict.served(proxy, 200);
      assertThat(proxy.hasNoRecord()).isTrue();
    }
  }

  @Test
  void whoComesAroundTheLoadBalancerIsClosed() {
    try (ProxyUnderTest proxy = proxy("");
        RawClient client = RawClient.connect(proxy.address())) {
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(requireNonNull(proxy.arrivals("edge").headers().get("stranger"))).isEqualTo(1);
    }
  }
}
