package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.runtime.Explanation.Line;
import io.postern.runtime.Question;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondAndClose;
import io.postern.testkit.CountingServer;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools and servers have so many connections; who needs one more waits in the queue. */
class ServerConnectionLimitsTest {

  private static ProxyUnderTest proxy(
      int loops, String pool, String limits, String queueTimeout, int... ports) {
    StringBuilder servers = new StringBuilder();
    for (int port : ports) {
      servers.append("{address: \"127.0.0.1:").append(port).append("\"},");
    }
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app, timeouts: {queue: %s}}
        pools:
          app: {%s servers: [%s], limits: {%s}}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: %d}
        """
            .formatted(queueTimeout, pool, servers, limits, loops));
  }

  private static void awaitWaiting(ProxyUnderTest proxy, long number) {
    Await.until(
        number + " in the queue",
        () -> Scrape.of(proxy.admin()).value("postern_pool_queue{pool=\"app\"}") == number);
  }

  private static double givenUp(ProxyUnderTest proxy) {
    return Scrape.of(proxy.admin()).value("postern_pool_connections_given_up_total{pool=\"app\"}");
  }

  /** Of all event loops together, whatever comes. */
  @ParameterizedTest
  @CsvSource({
    "'', connectionsPerServer: 3, 1, 3",
    "'', connections: 5, 3, 5",
    "'', connections: 1, 2, 1",
    "'', 'connections: 6, connectionsPerServer: 4, requestsPerServer: 5', 2, 6",
    "'', 'connections: 3, requests: 2', 2, 3",
    "'sendProxy: v1,', connections: 5, 1, 5",
    "'sendProxy: v1,', 'connections: 4, requestsPerServer: 1', 2, 4"
  })
  void neverMoreThanTheLimit(String pool, String limits, int servers, int most) {
    int clients = 24;
    int each = 15;
    try (CountingServer server = CountingServer.start(servers)) {
      int[] ports = new int[servers];
      for (int i = 0; i < servers; i++) {
        ports[i] = server.port(i);
      }
      try (ProxyUnderTest proxy = proxy(4, pool, limits, "20s", ports)) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
          Version version = i % 3 == 0 ? Version.H2 : Version.H1;
          all.add(
              CompletableFuture.runAsync(
                  () -> ask(proxy, version, each), Thread::startVirtualThread));
        }
        all.forEach(done -> Await.result("a client", done));
        assertThat(server.answered()).isEqualTo(clients * each);
        assertThat(server.peak()).isLessThanOrEqualTo(most);
        for (int i = 0; i < servers; i++) {
          assertThat(proxy.server("app", i).faults()).isZero();
        }
        awaitWaiting(proxy, 0);
      }
    }
  }

  private static void ask(ProxyUnderTest proxy, Version version, int times) {
    try (Client client = version.connect(proxy)) {
      for (int i = 0; i < times; i++) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }
    }
  }

  /** What one loop keeps for later is given up where another needs it. */
  @ParameterizedTest
  @ValueSource(strings = {"connectionsPerServer: 1", "connections: 1", "connections: 3"})
  void idleOnesOfOtherLoops(String limits) {
    int loops = 4;
    try (CountingServer server = CountingServer.start(1);
        ProxyUnderTest proxy = proxy(loops, "", limits, "20s", server.port(0))) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 2 * loops; i++) {
        clients.add(Version.H1.connect(proxy));
      }
      for (int round = 0; round < 3; round++) {
        clients.forEach(client -> assertThat(client.get("/").status()).isEqualTo(200));
      }
      assertThat(server.peak()).isEqualTo(limits.endsWith("3") ? 3 : 1);
      assertThat(givenUp(proxy)).isPositive();
      clients.forEach(Client::close);
    }
  }

  /** And so is what is idle to another server of the pool. */
  @Test
  void idleOnesToOtherServers() {
    try (CountingServer server = CountingServer.start(2);
        ProxyUnderTest proxy =
            proxy(1, "", "connections: 1", "20s", server.port(0), server.port(1));
        Client client = Version.H1.connect(proxy)) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.get("/").status()).isEqualTo(200);
      }
      assertThat(server.peak()).isEqualTo(1);
    }
  }

  /** And what is idle for another client, where servers are told who it is. */
  @Test
  void idleOnesOfOtherClients() {
    try (ScriptedServer server = ScriptedServer.start().expectingHeaders();
        ProxyUnderTest proxy = proxy(2, "sendProxy: v2,", "connections: 2", "20s", server.port())) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(Version.H2.connect(proxy));
      }
      for (int round = 0; round < 2; round++) {
        clients.forEach(client -> assertThat(client.get("/").status()).isEqualTo(200));
      }
      Await.until("two are left", () -> proxy.server("app", 0).connections() <= 2);
      clients.forEach(Client::close);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNextWaitsForItsTurn(Version version) {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));
        ProxyUnderTest proxy = proxy(2, "", "connections: 1", "20s", server.port());
        Client one = version.connect(proxy);
        Client two = version.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Call waits = two.request("GET", "/waits");
      awaitWaiting(proxy, 1);
      assertThat(server.requests()).hasSize(1);
      gate.open();
      assertThat(held.answer().text()).isEqualTo("held");
      assertThat(waits.answer().text()).isEqualTo("ok");
      ExchangeRecord first = proxy.record();
      ExchangeRecord second = proxy.record();
      assertThat(first.queuePlace + second.queuePlace).isEqualTo(1);
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"'connections: 1, queue: 0', QUEUE_FULL", "connectionsPerServer: 1, QUEUE_TIMEOUT"})
  void orIsRefused(String limits, Reason reason) {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "held"))));
        ProxyUnderTest proxy = proxy(1, "", limits, "100ms", server.port());
        Client one = Version.H1.connect(proxy);
        Client two = Version.H1.connect(proxy)) {
      Call held = one.request("GET", "/");
      server.awaitRequest(0);
      Refusals.check(two.get("/"), reason);
      Verdict.ended(proxy, reason, 503, "RQ");
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(two.get("/").status()).isEqualTo(200);
      assertThat(server.connections()).hasSize(1);
    }
  }

  /** Over HTTP/2 no loop goes without, and what one has is shared by those who come by it. */
  @Test
  void eachLoopMayHaveOneOverHttp2() {
    int loops = 4;
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy =
            proxy(loops, "protocol: h2c,", "connections: 1", "20s", server.port())) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 3 * loops; i++) {
        clients.add((i % 2 == 0 ? Version.H1 : Version.H2).connect(proxy));
      }
      for (int round = 0; round < 3; round++) {
        clients.forEach(client -> assertThat(client.get("/").status()).isEqualTo(200));
      }
      assertThat(proxy.server("app", 0).connectionsOpened()).isBetween(1L, (long) loops);
      clients.forEach(Client::close);
    }
  }

  /** Whoever finds all streams taken waits for one that ends. */
  @Test
  void streamsThatAreTaken() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "held"))));
        ProxyUnderTest proxy =
            proxy(1, "protocol: h2c,", "connectionsPerServer: 1", "20s", server.port());
        Client client = Version.H2.connect(proxy);
        Client other = Version.H2.connect(proxy)) {
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < 90; i++) {
        calls.add((i % 2 == 0 ? client : other).request("GET", "/"));
      }
      server.awaitRequest(0);
      gate.open();
      calls.forEach(call -> assertThat(call.answer().text()).isEqualTo("held"));
      assertThat(server.connections()).hasSize(1);
    }
  }

  /** A connection that never came to be takes up no room, and one that is gone neither. */
  @Test
  void whatEndsGivesItsRoomBack() {
    try (ScriptedServer server =
            ScriptedServer.start(new RespondAndClose(Response.of(200, "last")));
        ProxyUnderTest proxy = proxy(1, "", "connections: 1", "20s", server.port());
        Client client = Version.H1.connect(proxy)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").text()).isEqualTo("last");
      }
      server.refuse();
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").status()).isEqualTo(503);
      }
      server.listenAgain();
      assertThat(client.get("/").text()).isEqualTo("last");
    }
  }

  /** A client that goes away while it waits, or while one is opened for it, costs nothing. */
  @ParameterizedTest
  @EnumSource
  void whoLeavesTheQueue(Version version) {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));
        ProxyUnderTest proxy = proxy(2, "", "connections: 1", "20s", server.port());
        Client one = version.connect(proxy);
        Client two = version.connect(proxy);
        Client three = version.connect(proxy)) {
      Call held = one.request("GET", "/held");
      server.awaitRequest(0);
      Call leaves = two.request("GET", "/leaves");
      awaitWaiting(proxy, 1);
      Call stays = three.request("GET", "/stays");
      awaitWaiting(proxy, 2);
      leaves.abort();
      awaitWaiting(proxy, 1);
      gate.open();
      assertThat(held.answer().status()).isEqualTo(200);
      assertThat(stays.answer().status()).isEqualTo(200);
      assertThat(server.requests("/leaves")).isEmpty();
    }
  }

  @Test
  void itIsExplained() {
    try (ProxyUnderTest proxy = proxy(1, "", "connections: 8, connectionsPerServer: 4", "2s", 1)) {
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
          .contains(new Line("connections", "at most 8 to all servers, 4 to each server"));
    }
  }
}
