package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import io.postern.tls.CertificateAuthority;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is counted, as it is scraped. */
class MetricsTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ClosedPort closed = new ClosedPort();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: "127.0.0.1:0", limits: {connections: 2}, tls: {certificates: [@CERTIFICATES@]}}
            plain: {bind: "127.0.0.1:0", limits: {connections: 100}}
          routes:
            - {name: tea, match: {path: [/tea]}, respond: {status: 418, body: "tea"}}
            - {name: away, match: {path: [/away]}, redirect: {location: /}}
            - {name: down, match: {path: [/down]}, pool: down}
            - {name: half, match: {path: [/half]}, pool: half}
            - {name: all, match: {pathPrefix: [/app]}, pool: app}
          pools:
            app: {servers: [{address: "127.0.0.1:%1$d"}]}
            down: {servers: [{address: "127.0.0.1:%2$d"}]}
            half: {servers: [{address: "127.0.0.1:%2$d"}, {address: "127.0.0.1:%1$d"}]}
          admin: {bind: "127.0.0.1:0"}
          process: {eventLoops: 1}
          """
              .formatted(server.port(), closed.address().getPort()));

  @AfterEach
  void close() {
    proxy.close();
    closed.close();
    server.close();
  }

  /**
   * Waits for a value: an exchange is counted when its last byte has left, and that is seen first.
   */
  private void becomes(String series, long value) {
    Await.until(series + " " + value, () -> Scrape.of(proxy.admin()).value(series) == value);
  }

  /** Waits for so many exchanges; what there is to count of one is counted before its record. */
  private void awaitRecords(int count) {
    for (int i = 0; i < count; i++) {
      proxy.record();
    }
  }

  private String exchanges(String route, String pool, int port, String statusClass) {
    return "postern_exchanges_total{class=\"%s\",pool=\"%s\",route=\"%s\",server=\"%s\"}"
        .formatted(statusClass, pool, route, port == 0 ? "" : "127.0.0.1:" + port);
  }

  @ParameterizedTest
  @EnumSource
  void anExchangeWithAServer(Version version) {
    try (Client client = version.connect(proxy)) {
      client.start("PUT", "/app").send("some").end().answer();
      client.get("/app").text();
      awaitRecords(2);
      becomes(exchanges("all", "app", server.port(), "2xx"), 2);
      Scrape scrape = Scrape.of(proxy.admin());
      String all = "{pool=\"app\",route=\"all\"}";
      String there =
          "{pool=\"app\",route=\"all\",server=\"127.0.0.1:%d\"}".formatted(server.port());
      assertThat(scrape.value("postern_received_bytes_total" + there)).isEqualTo(4);
      assertThat(scrape.value("postern_sent_bytes_total" + there)).isEqualTo(4);
      String listener = "{listener=\"edge\"}";
      assertThat(scrape.value("postern_listener_received_bytes_total" + listener)).isEqualTo(4);
      assertThat(scrape.value("postern_listener_sent_bytes_total" + listener)).isEqualTo(4);
      String nobody = "{tenant=\"\"}";
      assertThat(scrape.value("postern_tenant_received_bytes_total" + nobody)).isEqualTo(4);
      assertThat(scrape.value("postern_tenant_sent_bytes_total" + nobody)).isEqualTo(4);
      assertThat(scrape.value("postern_route_exchanges_active{route=\"all\"}")).isZero();
      assertThat(scrape.value("postern_exchange_duration_seconds_count" + all)).isEqualTo(2);
      assertThat(scrape.value("postern_response_duration_seconds_count" + all)).isEqualTo(2);
      assertThat(scrape.value("postern_connect_duration_seconds_count" + all))
          .as("the second took the connection of the first")
          .isEqualTo(1);
      assertThat(scrape.value("postern_exchange_ends_total{party=\"-\",phase=\"-\"}")).isEqualTo(2);
      assertThat(scrape.value("postern_retries_total" + all)).isZero();
      String ofServer = "{pool=\"app\",server=\"127.0.0.1:" + server.port() + "\"}";
      assertThat(scrape.value("postern_server_attempts_total" + ofServer)).isEqualTo(2);
      assertThat(scrape.value("postern_server_faults_total" + ofServer)).isZero();
      assertThat(scrape.value("postern_server_connections" + ofServer)).isEqualTo(1);
      becomes("postern_server_connections_idle" + ofServer, 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAnsweredWithoutAServer(Version version) {
    try (Client client = version.connect(proxy)) {
      client.get("/tea");
      client.get("/away");
      client.get("/nowhere/that-a-client-chose");
      awaitRecords(3);
      becomes(exchanges("", "", 0, "4xx"), 1);
      becomes(exchanges("tea", "", 0, "4xx"), 1);
      becomes(exchanges("away", "", 0, "3xx"), 1);
      Scrape scrape = Scrape.of(proxy.admin());
      assertThat(scrape.value("postern_faults_total{reason=\"no-route\"}")).isEqualTo(1);
      assertThat(scrape.value("postern_exchange_ends_total{party=\"L\",phase=\"R\"}")).isEqualTo(2);
      assertThat(scrape.value("postern_exchange_ends_total{party=\"P\",phase=\"R\"}")).isEqualTo(1);
      assertThat(scrape.value("postern_sent_bytes_total{pool=\"\",route=\"tea\",server=\"\"}"))
          .isEqualTo(3);
      assertThat(scrape.values().keySet()).noneMatch(series -> series.contains("chose"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void serversThatRefuse(Version version) {
    int refusing = closed.address().getPort();
    try (Client client = version.connect(proxy)) {
      client.get("/down");
      client.get("/half");
      client.get("/half");
      awaitRecords(3);
      becomes(exchanges("down", "down", refusing, "5xx"), 1);
      becomes(exchanges("half", "half", server.port(), "2xx"), 2);
      Scrape scrape = Scrape.of(proxy.admin());
      assertThat(scrape.value("postern_faults_total{reason=\"server-refused\"}")).isEqualTo(1);
      assertThat(scrape.value("postern_exchange_ends_total{party=\"S\",phase=\"C\"}")).isEqualTo(1);
      assertThat(scrape.value("postern_retries_total{pool=\"half\",route=\"half\"}")).isEqualTo(1);
      String half = "postern_server_faults_total{pool=\"half\",server=\"127.0.0.1:" + refusing;
      assertThat(scrape.value(half + "\"}")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatGoesAway(Version version) {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    String inFlight =
        "postern_server_exchanges_active{pool=\"app\",server=\"127.0.0.1:" + server.port() + "\"}";
    try (Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/app");
      server.awaitRequest(0);
      becomes("postern_exchanges_active", 1);
      becomes(inFlight, 1);
      becomes("postern_streams{listener=\"edge\"}", version == Version.H2 ? 1 : 0);
      call.abort();
      becomes("postern_faults_total{reason=\"client-gone\"}", 1);
      gate.open();
    }
    Scrape scrape = Scrape.of(proxy.admin());
    assertThat(scrape.value("postern_exchange_ends_total{party=\"C\",phase=\"H\"}")).isEqualTo(1);
    assertThat(scrape.value(exchanges("all", "app", server.port(), "4xx"))).isEqualTo(1);
    assertThat(scrape.value("postern_exchanges_active")).isZero();
    becomes(inFlight, 0);
    becomes("postern_streams{listener=\"edge\"}", 0);
    becomes(inFlight.replace("exchanges_active", "connections"), 0);
  }

  @Test
  void tunnels() {
    server.otherwise(UpgradeTest.echo());
    try (TunnelClient client = TunnelClient.ask(proxy, "/app")) {
      assertThat(client.isOpened()).isTrue();
      becomes("postern_tunnels_active", 1);
      assertThat(client.send("bytes").read(5)).isEqualTo("bytes");
      becomes("postern_tunnels_active", 0);
      becomes("postern_exchange_ends_total{party=\"S\",phase=\"-\"}", 1);
    }
  }

  @Test
  void connectionsAndHandshakes() {
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1");
    try (RawClient older = RawClient.connect(proxy.address(), tls.versions("TLSv1.2"));
        RawClient newer = RawClient.connect(proxy.address(), tls.versions("TLSv1.3"))) {
      older.get("/tea", Version.HOST);
      newer.get("/tea", Version.HOST);
      becomes("postern_connections{listener=\"edge\"}", 2);
      try (RawClient tooMany = RawClient.connect(proxy.address())) {
        tooMany.awaitEnding();
      }
      becomes("postern_connections_refused_total{limit=\"listener\",listener=\"edge\"}", 1);
    }
    becomes("postern_connections{listener=\"edge\"}", 0);
    Scrape scrape = Scrape.of(proxy.admin());
    assertThat(scrape.value("postern_connections_accepted_total{listener=\"edge\"}")).isEqualTo(2);
    assertThat(scrape.value("postern_connections_accepted_total{listener=\"plain\"}")).isZero();
    for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
      String series =
          "postern_tls_handshakes_total{listener=\"edge\",resumed=\"false\",version=\""
              + version
              + "\"}";
      assertThat(scrape.value(series)).as(version).isEqualTo(1);
    }
  }

  private void failsBy(String why) {
    becomes("postern_tls_handshake_failures_total{listener=\"edge\",why=\"" + why + "\"}", 1);
  }

  @Test
  void aConnectionWithoutAHello() {
    RawClient.connect(proxy.address()).close();
    failsBy("no-hello");
  }

  @Test
  void whatIsNotTls() {
    try (RawClient client = RawClient.connect(proxy.address())) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").awaitEnding();
    }
    failsBy("not-tls");
  }

  @Test
  void aClientThatDoesNotTrustUs() {
    ClientTls tls =
        ClientTls.of(
            CertificateAuthority.create("Another CA").caCertificate(), Version.HOST, "http/1.1");
    assertThat(catchThrowable(() -> RawClient.connect(proxy.address(), tls))).isNotNull();
    failsBy("refused-by-client");
  }

  @Test
  void noSeriesNamesWhatAClientChose() {
    Pattern chosen = Pattern.compile("evil|localhost|TRICK");
    try (RawClient client = RawClient.connect(proxy.address("plain"))) {
      client.send("TRICK /evil?evil HTTP/1.1\r\nHost: evil.example\r\nevil: 1\r\n\r\n");
      assertThat(client.readAnswer().status()).isEqualTo(404);
    }
    becomes(exchanges("", "", 0, "4xx"), 1);
    assertThat(Scrape.of(proxy.admin()).values().keySet()).noneMatch(chosen.asPredicate());
  }
}
