package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import io.postern.runtime.Explanation.Line;
import io.postern.runtime.Question;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedConnection;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.SentHeader;
import io.postern.testkit.SentHeader.Sum;
import io.postern.testkit.ServerTls;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers are told who a client is by the header that each of its connections begins with. */
class SendProxyTest {

  private final ScriptedServer server = ScriptedServer.start().expectingHeaders();

  @AfterEach
  void close() {
    server.close();
  }

  /** A proxy to servers of these ports, with a listener that takes headers too. */
  static ProxyUnderTest proxy(Version spoken, String sendProxy, String more, int... ports) {
    StringBuilder servers = new StringBuilder();
    for (int port : ports) {
      servers.append("{address: \"127.0.0.1:").append(port).append("\"},");
    }
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
          behind: {bind: 127.0.0.1:0, proxyProtocol: required, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app, upgrades: [websocket]}
        pools:
          app: {protocol: %s, sendProxy: %s, servers: [%s], %s}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(spoken == Version.H1 ? "http/1.1" : "h2c", sendProxy, servers, more));
  }

  private ProxyUnderTest proxy(Version spoken, String sendProxy) {
    return proxy(spoken, sendProxy, "", server.port());
  }

  /** The addresses of both ends as version 2 has them. */
  private static ByteBuffer addresses(InetSocketAddress client, InetSocketAddress local) {
    return ByteBuffer.allocate(12)
        .put(client.getAddress().getAddress())
        .put(local.getAddress().getAddress())
        .putShort((short) client.getPort())
        .putShort((short) local.getPort())
        .flip();
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void twoClientsNeverShareAConnection(Pair pair) {
    try (ProxyUnderTest proxy = proxy(pair.server(), "v2");
        Client one = pair.client().connect(proxy);
        Client other = pair.client().connect(proxy)) {
      for (int i = 0; i < 3; i++) {
        assertThat(one.get("/one").text()).isEqualTo("ok");
        assertThat(other.get("/other").text()).isEqualTo("ok");
      }
      assertThat(server.connections()).hasSize(2);
      List<Client> clients = List.of(one, other);
      for (int i = 0; i < 2; i++) {
        SentHeader header = server.awaitConnection(i).header();
        assertThat(header.command()).isEqualTo(0x21);
        assertThat(header.family()).isEqualTo(0x11);
        assertThat(header.addresses())
            .isEqualTo(addresses(clients.get(i).connection().local(), proxy.address()));
        assertThat(header.sum()).isEqualTo(Sum.RIGHT);
      }
      server
          .requests()
          .forEach(
              request ->
                  assertThat(request.connection())
                      .isEqualTo(request.target().equals("/one") ? 0 : 1));
    }
  }

  /** What was theirs goes with them, and nobody else gets it. */
  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void theNextClientGetsAnother(Pair pair) {
    try (ProxyUnderTest proxy = proxy(pair.server(), "v2")) {
      for (int i = 0; i < 2; i++) {
        try (Client client = pair.client().connect(proxy)) {
          assertThat(client.get("/").text()).isEqualTo("ok");
          assertThat(server.connections()).hasSize(i + 1);
        }
        assertThat(server.awaitConnection(i).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
        Await.until("none is left", () -> proxy.server("app", 0).connections() == 0);
        assertThat(proxy.server("app", 0).idleConnections()).isZero();
      }
      String opened =
          "postern_server_connections_opened_total{pool=\"app\",server=\"127.0.0.1:%d\"}"
              .formatted(server.port());
      assertThat(Scrape.of(proxy.admin()).value(opened)).isEqualTo(2);
    }
  }

  @Test
  void theStreamsOfAClientShareOne() {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "held"))));
    try (ProxyUnderTest proxy = proxy(Version.H2, "v2");
        Client client = Version.H2.connect(proxy);
        Client other = Version.H2.connect(proxy)) {
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        calls.add(client.request("GET", "/one"));
        calls.add(other.request("GET", "/other"));
      }
      server.awaitRequest(9);
      gate.open();
      calls.forEach(call -> assertThat(call.answer().text()).isEqualTo("held"));
      assertThat(server.connections()).hasSize(2);
    }
  }

  /** Requests at once need connections each; all of them are their client's. */
  @Test
  void theStreamsOfAClientOverHttp1() {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "held"))));
    try (ProxyUnderTest proxy = proxy(Version.H1, "v2");
        Client client = Version.H2.connect(proxy)) {
      Call one = client.request("GET", "/");
      Call two = client.request("GET", "/");
      server.awaitRequest(1);
      gate.open();
      assertThat(one.answer().status() + two.answer().status()).isEqualTo(400);
      InetSocketAddress local = client.connection().local();
      for (int i = 0; i < 2; i++) {
        assertThat(server.awaitConnection(i).header().addresses())
            .isEqualTo(addresses(local, proxy.address()));
      }
      assertThat(client.get("/").status()).isEqualTo(200);
      assertThat(server.connections()).hasSize(2);
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void aClientThatGoesInTheMiddle(Pair pair) {
    Gate gate = new Gate();
    server.on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));
    try (ProxyUnderTest proxy = proxy(pair.server(), "v2")) {
      Client client = pair.client().connect(proxy);
      client.request("GET", "/held");
      server.awaitRequest(0);
      client.connection().reset();
      Await.until("none is left", () -> proxy.server("app", 0).connections() == 0);
      gate.open();
      assertThat(server.awaitConnection(0).ending()).isNotEqualTo(Ending.STOPPED);
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatClosesIdleOnes(Version spoken) {
    try (ProxyUnderTest proxy = proxy(spoken, "v1");
        Client client = Version.H1.connect(proxy)) {
      assertThat(client.get("/").text()).isEqualTo("ok");
      server.awaitConnection(0).finish();
      Await.until("it is gone", () -> proxy.server("app", 0).connections() == 0);
      assertThat(client.get("/").text()).isEqualTo("ok");
      String line =
          "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d"
              .formatted(client.connection().local().getPort(), proxy.address().getPort());
      assertThat(server.awaitConnection(0).header().line()).isEqualTo(line);
      assertThat(server.awaitConnection(1).header().line()).isEqualTo(line);
    }
  }

  /** The header is before TLS, in plain. */
  @ParameterizedTest
  @EnumSource
  void tlsToTheServerComesBehindIt(Version spoken) {
    String protocol = spoken == Version.H1 ? "http/1.1" : "h2";
    try (ScriptedServer secured =
            ScriptedServer.start(ServerTls.of(TlsPool.issued("localhost")).protocols(protocol))
                .expectingHeaders();
        ProxyUnderTest proxy =
            ProxyUnderTest.start(
                """
                listeners: {edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}}
                routes: [{name: all, pool: app}]
                pools:
                  app:
                    protocol: auto
                    sendProxy: v2
                    tls: {trust: %s}
                    servers: [{address: "localhost:%d"}]
                    health: {active: {type: tls}}
                """
                    .formatted(TlsPool.TRUST, secured.port()));
        Client client = Version.H2.connect(Checked.once(proxy))) {
      assertThat(proxy.server("app", 0).checksPassed()).isPositive();
      assertThat(secured.awaitConnection(0).header().command()).isEqualTo(0x20);
      assertThat(client.get("/").text()).isEqualTo("ok");
      assertThat(client.get("/").text()).isEqualTo("ok");
      ScriptedConnection used = secured.awaitConnection(secured.requests().getFirst().connection());
      assertThat(used.protocol()).isEqualTo(protocol);
      assertThat(used.header().addresses())
          .isEqualTo(addresses(client.connection().local(), proxy.address()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "v2, 'type: http, path: /check'",
    "v2, type: tcp",
    "v1, 'type: http, path: /check'",
    "v1, type: tcp"
  })
  void checksBeginWithOneToo(String version, String check) {
    try (ProxyUnderTest proxy =
        proxy(Version.H1, version, "health: {active: {%s}}".formatted(check), server.port())) {
      Checked.once(proxy);
      assertThat(proxy.server("app", 0).checksPassed()).isPositive();
      SentHeader header = server.awaitConnection(0).header();
      if (version.equals("v1")) {
        assertThat(header.line()).isEqualTo("PROXY UNKNOWN");
      } else {
        assertThat(header.command()).isEqualTo(0x20);
        assertThat(header.family()).isZero();
        assertThat(header.sum()).isEqualTo(Sum.RIGHT);
      }
    }
  }

  /** What answers for a server elsewhere need not know of headers. */
  @Test
  void checksElsewhereBeginWithNone() {
    try (ScriptedServer checked = ScriptedServer.start();
        ProxyUnderTest proxy =
            proxy(
                Version.H1,
                "v2",
                "health: {active: {type: http, path: /check, address: \"127.0.0.1:%d\"}}"
                    .formatted(checked.port()),
                server.port());
        Client client = Version.H1.connect(Checked.once(proxy))) {
      assertThat(proxy.server("app", 0).checksPassed()).isPositive();
      assertThat(checked.awaitRequest(0).target()).isEqualTo("/check");
      assertThat(client.get("/").text()).isEqualTo("ok");
    }
  }

  @Test
  void theNextServerIsToldToo() {
    try (ClosedPort closed = new ClosedPort();
        ProxyUnderTest proxy =
            proxy(Version.H1, "v2", "", closed.address().getPort(), server.port());
        Client client = Version.H1.connect(proxy)) {
      for (int i = 0; i < 4; i++) {
        assertThat(client.get("/").text()).isEqualTo("ok");
      }
      assertThat(server.connections()).hasSize(1);
      assertThat(server.awaitConnection(0).header().addresses())
          .isEqualTo(addresses(client.connection().local(), proxy.address()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTunnel(Version version) {
    server.on("/ws", UpgradeTest.echo());
    try (ProxyUnderTest proxy = proxy(Version.H1, "v2");
        TunnelClient client = TunnelClient.ask(version, proxy, "/ws")) {
      assertThat(client.isOpened()).isTrue();
      assertThat(client.send("hello").read(5)).isEqualTo("hello");
      assertThat(server.awaitConnection(0).header().command()).isEqualTo(0x21);
    }
  }

  /** A copy is told of as its request is. */
  @Test
  void aMirroredCopy() {
    try (ScriptedServer shadow = ScriptedServer.start().expectingHeaders();
        ProxyUnderTest proxy =
            ProxyUnderTest.start(
                """
                listeners: {edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}}
                routes: [{name: all, pool: app, mirror: {pool: shadow}}]
                pools:
                  app: {sendProxy: v2, servers: [{address: "127.0.0.1:%d"}]}
                  shadow: {sendProxy: v1, servers: [{address: "127.0.0.1:%d"}]}
                """
                    .formatted(server.port(), shadow.port()))) {
      int port;
      try (Client client = Version.H1.connect(proxy)) {
        port = client.connection().local().getPort();
        assertThat(client.get("/").text()).isEqualTo("ok");
        shadow.awaitRequest(0);
        // Else its answer might meet a connection that is closed.
        Await.until("the copy is answered", () -> proxy.server("shadow", 0).inFlight() == 0);
      }
      assertThat(shadow.awaitConnection(0).header().line())
          .isEqualTo(
              "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d".formatted(port, proxy.address().getPort()));
      assertThat(shadow.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
    }
  }

  @Test
  void itIsExplained() {
    try (ProxyUnderTest proxy = proxy(Version.H1, "v2")) {
      Question question =
          new Question(
              null,
              "GET",
              "localhost",
              "/",
              List.of(),
              "localhost",
              null,
              NetUtil.createInetAddressFromIpAddressString("192.0.2.7"),
              null);
      assertThat(proxy.explain(question).lines())
          .extracting(Line::text)
          .contains(
              "connections are each client's own and begin with a PROXY header, v2 with vpce, crc32c");
    }
  }
}
