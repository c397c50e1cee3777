package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Queue;
import io.postern.pool.Server;
import io.postern.runtime.ReloadReport;
import io.postern.runtime.ReloadReport.Verdict;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ClientTls;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Another config takes the place of the one that runs: what is in both is not touched. */
class ReloadTest {

  private static final String LISTENERS =
      """
      listeners:
        edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
      admin: {bind: 127.0.0.1:0}
      shutdown: {spread: 0s}
      process: {eventLoops: 2}
      """;

  private final ScriptedServer one = ScriptedServer.start();
  private final ScriptedServer two = ScriptedServer.start();

  @AfterEach
  void close() {
    one.close();
    two.close();
  }

  private static String config(String rest) {
    return LISTENERS + rest;
  }

  private String pool(String name, String more, ScriptedServer... servers) {
    List<String> list =
        List.of(servers).stream().map(each -> "{address: \"%s\"}".formatted(label(each))).toList();
    return "  %s: {servers: [%s]%s}\n".formatted(name, String.join(", ", list), more);
  }

  private static String label(ScriptedServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static final String ALL = "routes:\n  - {name: all, pool: app}\npools:\n";

  private static void assertTaken(ReloadReport report) {
    assertThat(report.problems()).isEmpty();
    assertThat(report.verdict()).isEqualTo(Verdict.TAKEN);
  }

  private static List<String> labels(ProxyUnderTest proxy, String pool) {
    return proxy.pool(pool).servers().stream().map(Server::label).toList();
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void serversComeAndGoAndThoseThatStayAreTheSame(Protocol protocol) {
    Gate gate = new Gate();
    two.on("/long", new Hold(gate, new Respond(Response.of(200, "whole"))));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(ALL + pool("app", "", one, two)));
        Caller client = protocol.connect(proxy)) {
      Server kept = proxy.server("app", 0);
      for (int i = 0; i < 4; i++) {
        assertThat(client.get("/").answer().status()).isEqualTo(200);
      }
      long counted = kept.exchanges();
      try (ScriptedServer three = ScriptedServer.start()) {
        assertTaken(proxy.reload(config(ALL + pool("app", "", one, three))));
        assertThat(labels(proxy, "app")).containsExactly(label(one), label(three));
        assertThat(proxy.server("app", 0)).isSameAs(kept);
        assertThat(kept.exchanges()).isEqualTo(counted);
        for (int i = 0; i < 4; i++) {
          assertThat(client.get("/").answer().status()).isEqualTo(200);
        }
        assertThat(three.requests()).isNotEmpty();
        assertThat(one.connections()).as("the connection of before").hasSize(1);
        assertThat(two.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void anExchangeFinishesByTheConfigThatItBeganWith(Protocol protocol) {
    Gate gate = new Gate();
    one.on("/long", new Hold(gate, new Respond(Response.of(200, "whole"))));
    two.otherwise(new Respond(Response.of(200, "other")));
    String before =
        config(
            """
            routes:
              - {name: old, match: {path: [/long]}, pool: old}
              - {name: all, pool: app}
            pools:
            """
                + pool("old", "", one)
                + pool("app", "", two));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(before);
        Caller client = protocol.connect(proxy);
        Caller other = protocol.connect(proxy)) {
      Caller.Call call = other.get("/long");
      gate.awaitWaiting();
      assertTaken(proxy.reload(config(ALL + pool("app", "", two))));
      assertThat(client.get("/long").answer().text()).isEqualTo("other");
      gate.open();
      assertThat(call.answer().text()).isEqualTo("whole");
      assertThat(one.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
      assertThat(other.get("/long").answer().text()).as("the same connection").isEqualTo("other");
    }
  }

  @Test
  void otherLimitsTakeConnectionsOfTheirOwnAndCountersGoOn() {
    Gate gate = new Gate();
    one.on("/long", new Hold(gate, new Respond(Response.of(200, "whole"))));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(ALL + pool("app", "", one)));
        Caller client = Protocol.H1.connect(proxy);
        Caller other = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      Caller.Call call = other.get("/long");
      gate.awaitWaiting();
      Server before = proxy.server("app", 0);
      String limits = ", limits: {requestsPerServer: 1}";
      assertTaken(proxy.reload(config(ALL + pool("app", limits, one))));
      Server after = proxy.server("app", 0);
      assertThat(after).isNotSameAs(before);
      assertThat(after.exchanges()).isEqualTo(2);
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertThat(before.exchanges()).as("the same counter").isEqualTo(3);
      gate.open();
      assertThat(call.answer().text()).isEqualTo("whole");
      Await.until("the old connections are closed", () -> after.connections() == 1);
    }
  }

  @Test
  void whoIsDownStaysDownWhenThePoolIsAnother() {
    one.on("/health", new Respond(Response.of(500, "")));
    String checks =
        ", health: {active: {type: http, path: /health, interval: 50ms, fall: 1, rise: 2}}";
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(ALL + pool("app", checks, one, two)))) {
      Server down = proxy.server("app", 0);
      Await.until("it is down", () -> !down.isUp());
      String random = checks + ", balance: random";
      assertTaken(proxy.reload(config(ALL + pool("app", random, one, two))));
      assertThat(proxy.server("app", 0)).isSameAs(down);
      assertThat(down.isUp()).isFalse();
      String otherwise = checks.replace("/health", "/") + ", idle: 5s";
      assertTaken(proxy.reload(config(ALL + pool("app", otherwise, one, two))));
      assertThat(proxy.server("app", 0)).isNotSameAs(down);
      Await.until("it is up by another path", () -> proxy.server("app", 0).isUp());
      one.on("/", new Respond(Response.of(500, "")));
      Await.until("and down", () -> !proxy.server("app", 0).isUp());
      assertTaken(proxy.reload(config(ALL + pool("app", "", one, two))));
      assertThat(proxy.server("app", 0).isUp()).as("who is not checked is up").isTrue();
    }
  }

  @Test
  void newServersAreCheckedBeforeTheyAreRelied() {
    String checks = ", health: {active: {type: tcp, interval: 50ms, fall: 1}}";
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(ALL + pool("app", checks, one)));
        ClosedPort closed = new ClosedPort();
        Caller client = Protocol.H1.connect(proxy)) {
      String bad =
          config(
              ALL
                  + "  app: {servers: [{address: \"127.0.0.1:%d\"}]%s}\n"
                      .formatted(closed.address().getPort(), checks));
      ReloadReport report = proxy.reload(bad);
      assertThat(report.verdict()).isEqualTo(Verdict.REFUSED);
      assertThat(report.problems())
          .containsExactly(
              "pools.app: none of its servers would be ready (servers that are, or a reload that"
                  + " is forced)");
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertThat(labels(proxy, "app")).containsExactly(label(one));
      long checked = proxy.server("app", 0).checksPassed();
      Await.until("it is checked on", () -> proxy.server("app", 0).checksPassed() > checked + 1);
      assertThat(proxy.reload(bad, true, false).verdict()).isEqualTo(Verdict.TAKEN);
      assertThat(client.get("/").answer().status()).isEqualTo(503);
    }
  }

  @Test
  void listenersComeAndGo() {
    String both =
        LISTENERS.replace("admin:", "  more: {bind: 127.0.0.1:0}\nadmin:")
            + ALL
            + pool("app", "", one);
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(ALL + pool("app", "", one)));
        Caller client = Protocol.H1.connect(proxy)) {
      int port = proxy.address("edge").getPort();
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertTaken(proxy.reload(both));
      assertThat(proxy.address("edge").getPort()).isEqualTo(port);
      try (RawClient plain = RawClient.connect(proxy.address("more"))) {
        assertThat(plain.get("/", "example.test").status()).isEqualTo(200);
        assertTaken(proxy.reload(config(ALL + pool("app", "", one))));
        assertThat(plain.readToEnd()).isEmpty();
      }
      assertThat(client.get("/").answer().status()).as("its connection stays").isEqualTo(200);
      assertThat(proxy.runtime().listeners()).hasSize(1);
    }
  }

  @Test
  void whatCannotBeChangedIsRefusedByItsName() {
    String before = config(ALL + pool("app", "", one));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(before);
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(proxy.reload(before).verdict()).isEqualTo(Verdict.SAME);
      assertThat(proxy.reload(before.replace("eventLoops: 2", "eventLoops: 1")).problems())
          .containsExactly("process.eventLoops: a change of it takes a restart");
      assertThat(proxy.reload(before.replace("pool: app", "pool: apple")).problems())
          .singleElement()
          .asString()
          .contains("routes[0].pool");
      ReloadReport taken =
          proxy.reload(
              before.replace("127.0.0.1:0, tls", "127.0.0.1:%d, tls".formatted(one.port())));
      assertThat(taken.problems()).singleElement().asString().contains("cannot bind");
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      Scrape scrape = Scrape.of(proxy.admin());
      assertThat(scrape.value("postern_config_version")).isEqualTo(1);
      assertThat(scrape.value("postern_config_reloads_total{result=\"refused\"}")).isEqualTo(3);
      assertThat(scrape.value("postern_config_last_reload_successful")).isZero();
    }
  }

  @Test
  void aTrialChangesNothingAndARollbackGoesBack() {
    String before = config(ALL + pool("app", "", one));
    String after = config(ALL + pool("app", "", two));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(before);
        Caller client = Protocol.H1.connect(proxy)) {
      ReloadReport tried = proxy.reload(after, false, true);
      assertThat(tried.verdict()).isEqualTo(Verdict.TRIED);
      assertThat(tried.differences())
          .extracting(Object::toString)
          .containsExactly(
              "- pools.app.servers[%s]".formatted(label(one)),
              "+ pools.app.servers[%s]: {address: %s}".formatted(label(two), label(two)));
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertThat(one.requests()).hasSize(1);
      assertTaken(proxy.reload(after));
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertThat(two.requests()).hasSize(1);
      assertTaken(proxy.runtime().reloads().rollback("a test", false).join());
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertThat(one.requests()).hasSize(2);
      assertThat(proxy.runtime().reloads().rollback("a test", false).join().problems())
          .containsExactly("there is no version before");
    }
  }

  @Test
  void whoWaitsInAQueueAndATunnelFeelNothing() {
    Gate gate = new Gate();
    one.on("/held", new Hold(gate, new Respond(Response.of(200, "whole"))));
    one.on("/ws", UpgradeTest.echo());
    String limits = ", limits: {requestsPerServer: 2}";
    String before =
        config(
            """
            routes:
              - {name: ws, match: {path: [/ws]}, pool: app}
              - {name: all, pool: app}
            pools:
            """
                + pool("app", limits, one));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(before);
        RawClient tunnel = RawClient.connect(proxy.address(), tls("localhost"));
        Caller client = Protocol.H2.connect(proxy)) {
      tunnel.send(WEBSOCKET);
      assertThat(tunnel.readHead().status()).isEqualTo(101);
      Caller.Call held = client.get("/held");
      gate.awaitWaiting();
      Caller.Call waits = client.get("/");
      Queue queue = Objects.requireNonNull(proxy.pool("app").queue());
      Await.until("one waits", () -> queue.waiting() == 1);
      assertTaken(proxy.reload(config(ALL + pool("app", limits, one))));
      assertThat(queue.waiting()).isEqualTo(1);
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(waits.answer().status()).isEqualTo(200);
      tunnel.send("hello");
      assertThat(tunnel.read(5)).isEqualTo("hello");
    }
  }

  private static final String WEBSOCKET =
      """
      GET /ws HTTP/1.1
      Host: localhost
      Connection: upgrade
      Upgrade: websocket
      Sec-WebSocket-Key: k

      """
          .replace("\n", "\r\n");

  private static ClientTls tls(String name) {
    return ClientTls.of(ProxyUnderTest.authority(), name, "http/1.1");
  }

  @Test
  void certificatesComeAndGoAndConnectionsStay(@TempDir Path dir) throws IOException {
    CertificateAuthority authority = CertificateAuthority.create("Another CA");
    authority.issue(KeyType.ECDSA, List.of("more.test")).writeTo(dir, "more");
    String more = "{chain: %1$s/more.pem, key: %1$s/more.key}".formatted(dir);
    String before = config(ALL + pool("app", "", one));
    ClientTls ofMore = ClientTls.of(authority.caCertificate(), "more.test", "http/1.1");
    try (ProxyUnderTest proxy = ProxyUnderTest.start(before);
        Caller client = Protocol.H2.connect(proxy)) {
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertTaken(proxy.reload(before.replace("@]", "@, " + more + "]")));
      try (RawClient another = RawClient.connect(proxy.address(), ofMore)) {
        assertThat(another.get("/", "more.test").status()).isEqualTo(200);
        assertTaken(proxy.reload(before));
        assertThat(another.get("/", "more.test").status()).isEqualTo(200);
      }
      assertThat(client.get("/").answer().status()).as("its connection stays").isEqualTo(200);
      try (RawClient next = RawClient.connect(proxy.address(), tls("example.test"))) {
        assertThat(next.get("/", "example.test").status()).isEqualTo(200);
      }
    }
  }
}
