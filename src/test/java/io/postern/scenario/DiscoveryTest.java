package io.postern.scenario;

import static io.postern.testkit.DnsServer.A;
import static io.postern.testkit.DnsServer.AAAA;
import static io.postern.testkit.DnsServer.SRV;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.DnsServer;
import io.postern.testkit.DnsServer.Target;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The servers of a pool are those that DNS has, and follow it while the proxy runs. */
class DiscoveryTest {

  private static final String APP = "_http._tcp.app.test";
  private static final long HOUR = 3600;

  private final DnsServer dns = DnsServer.start().addresses("one.test", A, HOUR, "127.0.0.1");

  @AfterEach
  void close() {
    dns.close();
  }

  private ProxyUnderTest proxy(String pool, String discovery) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            %s
            discovery: {%s, minTtl: 50ms, maxTtl: 50ms}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 2}
        """
            .formatted(pool, discovery));
  }

  private ProxyUnderTest bySrv(String pool) {
    return proxy(pool, "dns: %s, type: srv, resolvers: [\"%s\"]".formatted(APP, dns.at()));
  }

  private static Target target(ScriptedServer server) {
    return new Target(1, 1, server.port(), "one.test");
  }

  private static List<String> labels(ProxyUnderTest proxy) {
    return proxy.pool("app").servers().stream().map(Server::label).toList();
  }

  private static String label(ScriptedServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static void awaitServers(ProxyUnderTest proxy, ScriptedServer... servers) {
    List<String> expected = List.of(servers).stream().map(DiscoveryTest::label).toList();
    Await.until("the servers are " + expected, () -> labels(proxy).equals(expected));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void serversComeAndGoAndThoseThatStayAreTheSame(Protocol protocol) {
    try (LogLines log = LogLines.of("io.postern.discovery");
        ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start();
        ScriptedServer three = ScriptedServer.start()) {
      dns.targets(APP, HOUR, target(one), target(two));
      try (ProxyUnderTest proxy = Checked.once(bySrv(""));
          Caller client = protocol.connect(proxy)) {
        assertThat(labels(proxy)).containsExactly(label(one), label(two));
        Server kept = proxy.server("app", 1);
        for (int i = 0; i < 4; i++) {
          assertThat(client.get("/").answer().status()).isEqualTo(200);
        }
        assertThat(one.requests()).hasSize(2);

        dns.targets(APP, HOUR, target(two), target(three));
        awaitServers(proxy, two, three);
        assertThat(one.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
        for (int i = 0; i < 4; i++) {
          assertThat(client.get("/").answer().status()).isEqualTo(200);
        }
        assertThat(one.requests()).hasSize(2);
        assertThat(three.requests()).hasSize(2);
        assertThat(proxy.server("app", 0)).isSameAs(kept);
        assertThat(kept.exchanges()).isEqualTo(4);
        assertThat(log.await("pool app: 2 servers", 2).getLast())
            .isEqualTo(
                "INFO pool app: 2 servers, 1 new [%s], 1 gone [%s]"
                    .formatted(label(three), label(one)));
        assertThat(proxy.pool("app").roster().changes()).isEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void whatAServerThatHasGoneIsServingGoesOn(Protocol protocol) {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "whole")));
    try (ScriptedServer one = ScriptedServer.start(held);
        ScriptedServer two = ScriptedServer.start()) {
      dns.targets(APP, 0, target(one));
      try (ProxyUnderTest proxy = Checked.once(bySrv(""));
          Caller client = protocol.connect(proxy)) {
        Caller.Call call = client.get("/long");
        gate.awaitWaiting();
        dns.targets(APP, 0, target(two));
        awaitServers(proxy, two);
        gate.open();
        assertThat(call.answer().text()).isEqualTo("whole");
        assertThat(one.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
      }
    }
  }

  enum Nothing {
    DENIED(DnsServer::deny, "has no such records"),
    FAILED(DnsServer::fail, "ServFail(2)"),
    SILENT(DnsServer::ignore, "no answer in time"),
    EMPTY((dns, name) -> dns.targets(name, HOUR), "has no such records"),
    NO_ADDRESS(
        (dns, name) -> dns.targets(name, HOUR, new Target(1, 1, 80, "gone.test")),
        "has no such records");

    private final BiConsumer<DnsServer, String> say;
    private final String words;

    Nothing(BiConsumer<DnsServer, String> say, String words) {
      this.say = say;
      this.words = words;
    }

    Nothing(Saying say, String words) {
      this((dns, name) -> say.of(dns, name, SRV), words);
    }
  }

  interface Saying {
    DnsServer of(DnsServer dns, String name, int type);
  }

  /** All of them are asked again after a while, and are over when there is an answer. */
  @ParameterizedTest
  @EnumSource(Nothing.class)
  void noAnswerEverEmptiesAPool(Nothing nothing) {
    try (LogLines log = LogLines.of("io.postern.discovery");
        ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start()) {
      dns.targets(APP, HOUR, target(one));
      try (ProxyUnderTest proxy =
              Checked.once(
                  proxy(
                      "",
                      "dns: %s, type: srv, timeout: %s, resolvers: [\"%s\"]"
                          .formatted(APP, nothing == Nothing.SILENT ? "300ms" : "5s", dns.at())));
          Caller client = Protocol.H1.connect(proxy)) {
        nothing.say.accept(dns, APP);
        Await.until("two failures", () -> proxy.pool("app").roster().failures() >= 2);
        assertThat(labels(proxy)).containsExactly(label(one));
        assertThat(client.get("/").answer().status()).isEqualTo(200);
        assertThat(log.await("are not found", 1))
            .singleElement()
            .asString()
            .startsWith("WARN pool app: its servers are not found, and the 1 of before stay: ")
            .contains(nothing.words);
        dns.targets(APP, HOUR, target(two));
        awaitServers(proxy, two);
        assertThat(log.await("are found again", 1)).hasSize(1);
      }
    }
  }

  @Test
  void untilAnythingIsFoundThereIsNoServer() {
    try (ScriptedServer one = ScriptedServer.start();
        ProxyUnderTest proxy = Checked.once(bySrv(""));
        Caller client = Protocol.H2.connect(proxy)) {
      assertThat(client.get("/").answer().status()).isEqualTo(503);
      dns.targets(APP, HOUR, target(one));
      awaitServers(proxy, one);
      assertThat(client.get("/").answer().status()).isEqualTo(200);
    }
  }

  /** The smaller the number of a priority, the better: the rest are there for when it fails. */
  @Test
  void weightsCountAndPrioritiesAreTiers() {
    try (ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start();
        ScriptedServer spare = ScriptedServer.start()) {
      dns.targets(
          APP,
          HOUR,
          new Target(8, 9, spare.port(), "one.test"),
          new Target(7, 1, one.port(), "one.test"),
          new Target(7, 3, two.port(), "one.test"),
          new Target(9, 9, one.port(), "one.test"));
      try (ProxyUnderTest proxy = Checked.once(bySrv(""));
          Caller client = Protocol.H1.connect(proxy)) {
        assertThat(labels(proxy)).containsExactly(label(one), label(two), label(spare));
        assertThat(proxy.pool("app").servers()).extracting(Server::group).containsExactly(0, 0, 1);
        for (int i = 0; i < 8; i++) {
          client.get("/").answer();
        }
        assertThat(one.requests()).hasSize(2);
        assertThat(spare.requests()).isEmpty();
        Server kept = proxy.server("app", 0);
        Server backup = proxy.server("app", 2);
        dns.targets(
            APP,
            HOUR,
            new Target(7, 5, one.port(), "one.test"),
            new Target(7, 3, two.port(), "one.test"),
            new Target(4, 9, spare.port(), "one.test"));
        Await.until("the weight is the new one", () -> kept.weight() == 5);
        Await.until("the backup is the first", () -> labels(proxy).getFirst().equals(label(spare)));
        assertThat(backup.group()).isZero();
        assertThat(kept.group()).isEqualTo(1);
        assertThat(client.get("/").answer().status()).isEqualTo(200);
        assertThat(spare.requests()).hasSize(1);
      }
    }
  }

  @Test
  void anAnswerThatDoesNotFitIsAskedForByTcp() {
    try (ScriptedServer one = ScriptedServer.start()) {
      dns.addresses("app.test", A, HOUR, "127.0.0.1").onlyByTcp("app.test", A);
      try (ProxyUnderTest proxy =
          Checked.once(
              proxy(
                  "",
                  "dns: app.test, port: %d, resolvers: [\"%s\"]"
                      .formatted(one.port(), dns.at())))) {
        assertThat(labels(proxy)).containsExactly(label(one));
        assertThat(dns.questions()).startsWith("udp 1 app.test", "tcp 1 app.test");
      }
    }
  }

  @Test
  void bothKindsOfAddressesAreServers() {
    dns.addresses("app.test", A, HOUR, "127.0.0.1", "127.0.0.2", "127.0.0.1")
        .addresses("app.test", AAAA, HOUR, "::1");
    String discovery =
        "dns: app.test., port: 81, type: both, resolvers: [\"%s\"]".formatted(dns.at());
    try (ProxyUnderTest proxy = Checked.once(proxy("", discovery))) {
      assertThat(labels(proxy)).containsExactly("127.0.0.1:81", "127.0.0.2:81", "[::1]:81");
      dns.deny("app.test", AAAA);
      Await.until("one kind is enough", () -> labels(proxy).size() == 2);
      dns.fail("app.test", AAAA).addresses("app.test", A, HOUR, "127.0.0.3");
      Await.until("half an answer is none", () -> proxy.pool("app").roster().failures() > 0);
      assertThat(labels(proxy)).containsExactly("127.0.0.1:81", "127.0.0.2:81");
    }
  }

  @Test
  void theNextResolverIsAskedWhereOneIsSilent() {
    try (DnsServer silent = DnsServer.start().ignore("app.test", A)) {
      dns.addresses("app.test", A, HOUR, "127.0.0.1");
      String discovery =
          "dns: app.test, port: 81, timeout: 500ms, resolvers: [\"%s\", \"%s\"]"
              .formatted(silent.at(), dns.at());
      try (ProxyUnderTest proxy = Checked.once(proxy("", discovery))) {
        assertThat(labels(proxy)).containsExactly("127.0.0.1:81");
        assertThat(proxy.pool("app").roster().failures()).isZero();
      }
    }
  }

  @Test
  void whatIsFoundIsCheckedAndIsEjected() {
    try (ScriptedServer ill =
            ScriptedServer.start().on("/healthz", new Respond(Response.of(503, "")));
        ScriptedServer well = ScriptedServer.start()) {
      dns.targets(APP, HOUR, target(ill));
      String health =
          "health: {active: {type: http, interval: 20ms}, passive: {consecutiveFailures: 1, statuses: 500, ejection: 1h, maxEjection: 1h}}";
      try (ProxyUnderTest proxy = Checked.once(bySrv(health));
          Caller client = Protocol.H1.connect(proxy)) {
        Server first = proxy.server("app", 0);
        assertThat(first.isUp()).as("checked before it is ready").isFalse();
        assertThat(client.get("/").answer().status()).isEqualTo(503);
        dns.targets(APP, HOUR, target(well));
        awaitServers(proxy, well);
        Server next = proxy.server("app", 0);
        Await.until("it is checked", () -> next.checksPassed() > 1);
        long checks = first.checksFailed();
        Await.until("a round more", () -> next.checksPassed() > 4);
        assertThat(first.checksFailed()).as("who has gone is not").isLessThanOrEqualTo(checks + 1);

        ill.on("/healthz", new Respond(Response.of(200, "")));
        dns.targets(APP, HOUR, target(well), target(ill));
        awaitServers(proxy, well, ill);
        well.on("/bad", new Respond(Response.of(500, "")));
        ill.on("/bad", new Respond(Response.of(500, "")));
        client.get("/bad").answer();
        Await.until(
            "one is ejected",
            () -> proxy.pool("app").servers().stream().anyMatch(Server::isEjected));
        assertThat(client.get("/").answer().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aCertificateIsForTheNameThatWasFound() {
    try (ScriptedServer right = TlsPool.server("one.test")) {
      dns.targets(APP, HOUR, target(right));
      try (ProxyUnderTest proxy = Checked.once(bySrv("tls: {trust: %s}".formatted(TlsPool.TRUST)));
          Caller client = Protocol.H2.connect(proxy)) {
        assertThat(client.get("/").answer().status()).isEqualTo(200);
      }
      dns.targets(APP, HOUR, new Target(1, 1, right.port(), "two.test"))
          .addresses("two.test", A, HOUR, "127.0.0.1");
      try (ProxyUnderTest proxy = Checked.once(bySrv("tls: {trust: %s}".formatted(TlsPool.TRUST)));
          Caller client = Protocol.H2.connect(proxy)) {
        assertThat(client.get("/").answer().status()).isEqualTo(503);
      }
    }
  }
}
