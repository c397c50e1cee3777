package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.pool.Server.Standing;
import io.postern.runtime.Explanation;
import io.postern.runtime.Question;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The servers of a pool are those that a file lists, and follow it while the proxy runs. */
class FileDiscoveryTest {

  @TempDir private Path dir;

  private Path file() {
    return dir.resolve("servers.yaml");
  }

  private String yaml(String pool) {
    return """
    listeners:
      edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
    routes:
      - {name: all, pool: app}
    pools:
      app:
        %s
        discovery: {file: %s}
    admin: {bind: 127.0.0.1:0}
    process: {eventLoops: 2, watchInterval: 100ms, zone: here}
    """
        .formatted(pool, file());
  }

  private ProxyUnderTest proxy(String pool) {
    return Checked.once(ProxyUnderTest.start(yaml(pool)));
  }

  /** As programs should replace a file: nobody ever sees a part of it. */
  private void replace(String content) throws IOException {
    Path fresh = Files.writeString(dir.resolve("fresh"), content);
    Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String list(ScriptedServer... servers) {
    StringBuilder list = new StringBuilder();
    for (ScriptedServer server : servers) {
      list.append(entry(server, ""));
    }
    return list.toString();
  }

  private static String entry(ScriptedServer server, String more) {
    return "- {address: \"%s\"%s}%n".formatted(label(server), more.isEmpty() ? "" : ", " + more);
  }

  private static String label(ScriptedServer server) {
    return "127.0.0.1:" + server.port();
  }

  private static List<String> labels(ProxyUnderTest proxy) {
    return proxy.pool("app").servers().stream().map(Server::label).toList();
  }

  private static void awaitServers(ProxyUnderTest proxy, ScriptedServer... servers) {
    List<String> expected = List.of(servers).stream().map(FileDiscoveryTest::label).toList();
    Await.until("the servers are " + expected, () -> labels(proxy).equals(expected));
  }

  private static void ask(Caller client, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(client.get("/").answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void serversComeAndGoAndThoseThatStayAreTheSame(Protocol protocol) throws IOException {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "whole")));
    try (LogLines log = LogLines.of("io.postern.discovery");
        ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start();
        ScriptedServer three = ScriptedServer.start()) {
      one.on("/long", held);
      replace(entry(one, "weight: 1000") + entry(two, "weight: 1"));
      try (ProxyUnderTest proxy = proxy("");
          Caller client = protocol.connect(proxy);
          Caller other = protocol.connect(proxy)) {
        assertThat(labels(proxy)).containsExactly(label(one), label(two));
        Server kept = proxy.server("app", 1);
        Caller.Call call = other.get("/long");
        gate.awaitWaiting();

        replace(entry(two, "weight: 1") + entry(three, "weight: 1"));
        awaitServers(proxy, two, three);
        ask(client, 4);
        assertThat(one.requests()).as("only what it had").hasSize(1);
        assertThat(two.requests()).isNotEmpty();
        assertThat(three.requests()).isNotEmpty();
        assertThat(proxy.server("app", 0)).isSameAs(kept);
        gate.open();
        assertThat(call.answer().text()).isEqualTo("whole");
        assertThat(one.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
        assertThat(log.await("pool app: 2 servers", 1))
            .containsExactly(
                "INFO pool app: 2 servers, 1 new [%s], 1 gone [%s]"
                    .formatted(label(three), label(one)));
      }
    }
  }

  @Test
  void whatIsSaidOfAServerThatStaysIsTakenOver() throws IOException {
    try (ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start()) {
      replace(list(one, two));
      try (LogLines log = LogLines.of("io.postern.discovery");
          ProxyUnderTest proxy =
              proxy("health: {active: {type: http, path: /up, interval: 20ms}}");
          Caller client = Protocol.H1.connect(proxy)) {
        Server kept = proxy.server("app", 0);
        replace(entry(one, "state: drain") + list(two));
        Await.until("it drains", () -> kept.state().standing() == Standing.DRAIN);
        assertThat(kept.state().since()).isNotNull();
        long passed = kept.checksPassed();
        Await.until("it is checked still", () -> kept.checksPassed() > passed + 1);
        assertThat(log.await("1 altered [" + label(one) + "]", 1)).hasSize(1);

        replace(entry(one, "state: maint") + list(two));
        Await.until("it is in maintenance", () -> kept.state().standing() == Standing.MAINT);
        log.await("1 altered [" + label(one) + "]", 2);
        ask(client, 4);
        assertThat(kept.exchanges()).isZero();
        one.on("/up", new Respond(Response.of(503, "")));
        Server other = proxy.server("app", 1);
        long checks = kept.checksFailed();
        long rounds = other.checksPassed();
        Await.until("rounds", () -> other.checksPassed() > rounds + 5);
        assertThat(kept.checksFailed()).as("one may be under way").isLessThanOrEqualTo(checks + 1);

        replace(entry(one, "weight: 300") + list(two));
        Await.until("it is checked again", () -> !kept.isUp());
        one.on("/up", new Respond(Response.of(200, "")));
        Await.until("it is up", kept::isUsable);
        assertThat(kept.weight()).isEqualTo(300);
        assertThat(proxy.server("app", 0)).isSameAs(kept);
        ask(client, 4);
        assertThat(kept.exchanges()).isPositive();
      }
    }
  }

  /** Our own zone goes first, and what the zone of a server is may turn out to be wrong. */
  @Test
  void anotherZoneOrTierSendsTheTrafficElsewhere() throws IOException {
    try (ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start()) {
      replace(entry(one, "zone: here") + entry(two, "zone: there"));
      try (ProxyUnderTest proxy = proxy("");
          Caller client = Protocol.H2.connect(proxy)) {
        Server first = proxy.server("app", 0);
        ask(client, 4);
        assertThat(one.requests()).hasSize(4);
        replace(entry(one, "zone: there") + entry(two, "zone: here"));
        Await.until("it is far", first::isFar);
        Await.until("the list is another", () -> proxy.pool("app").roster().changes() == 1);
        ask(client, 4);
        assertThat(two.requests()).hasSize(4);
        replace(entry(one, "") + entry(two, "tier: 1"));
        Await.until("the list is another", () -> proxy.pool("app").roster().changes() == 2);
        ask(client, 4);
        assertThat(one.requests()).hasSize(8);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                | servers.yaml:1:1: there is nothing in the file",
        "[]                                | servers.yaml:1:1: there is no server in it (expected: one at least)",
        "'- {address: \"10.0.0.1:80\"'     | not valid YAML",
        "servers: []                       | servers.yaml:1:1: a map stands here (expected: a list, each",
        "- {adress: a}                     | servers.yaml:1:4: [0].adress: unknown key, did you mean address?",
        "- {address: \"10.0.0.1:80\", weight: x} | servers.yaml:1:36: [0].weight: \"x\" is not valid",
        "- {address: \"10.0.0.1:80\", weight: 0} | servers.yaml:1:1: all have weight 0",
        "- {address: \"10.0.0.1:0\"}       | servers.yaml:1:13: [0].address: has the port 0",
        "- {address: \"a:1\", zone: \"${NO}\"} | servers.yaml:1:26: [0].zone: the environment variable NO is not set",
        "'- {address: \"a:1\"}\n- {address: \"A:1\"}' | servers.yaml:2:13: [1].address: is that of [0] (line 1) too",
        "gone                              | pools.app.discovery.file: ",
      })
  void aBadFileIsRefusedAndThoseOfBeforeServe(String content, String said) throws IOException {
    try (LogLines log = LogLines.of("io.postern.discovery");
        ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start()) {
      replace(list(one));
      try (ProxyUnderTest proxy = proxy("");
          Caller client = Protocol.H1.connect(proxy)) {
        if (content.equals("gone")) {
          Files.delete(file());
        } else {
          replace(content);
        }
        assertThat(log.await("are not found", 1))
            .singleElement()
            .asString()
            .startsWith("WARN pool app: its servers are not found, and the 1 of before stay: ")
            .contains(said);
        assertThat(labels(proxy)).containsExactly(label(one));
        ask(client, 1);
        String series = "postern_pool_discovery_lookups_total{found=\"%s\",pool=\"app\"}";
        assertThat(Scrape.of(proxy.admin()).value(series.formatted("false"))).isPositive();
        replace(list(two));
        awaitServers(proxy, two);
        assertThat(log.await("are found again", 1)).hasSize(1);
        ask(client, 1);
        assertThat(Scrape.of(proxy.admin()).value(series.formatted("true"))).isEqualTo(1);
      }
    }
  }

  @Test
  void whatComesBackIsCountedByItsNameOnly() throws IOException {
    try (ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start()) {
      replace(list(one));
      try (ProxyUnderTest proxy = proxy("");
          Caller client = Protocol.H1.connect(proxy)) {
        ask(client, 1);
        proxy.record();
        replace(list(two));
        awaitServers(proxy, two);
        replace(list(one));
        awaitServers(proxy, one);
        ask(client, 1);
        proxy.record();
        String series =
            "postern_exchanges_total{class=\"2xx\",pool=\"app\",route=\"all\",server=\"%s\"}"
                .formatted(label(one));
        assertThat(Scrape.of(proxy.admin()).value(series)).isEqualTo(2);
      }
    }
  }

  /** What a file is mounted as there: a link to a file below a link that is swapped. */
  @Test
  void aConfigMapIsFollowedThroughItsLinks() throws IOException {
    try (ScriptedServer one = ScriptedServer.start();
        ScriptedServer two = ScriptedServer.start()) {
      Path old = Files.createDirectory(dir.resolve("..2026_01"));
      Path fresh = Files.createDirectory(dir.resolve("..2026_02"));
      Files.writeString(old.resolve("servers.yaml"), list(one));
      Files.writeString(fresh.resolve("servers.yaml"), list(two));
      Files.createSymbolicLink(dir.resolve("..data"), old.getFileName());
      Files.createSymbolicLink(file(), Path.of("..data", "servers.yaml"));
      try (ProxyUnderTest proxy = proxy("")) {
        awaitServers(proxy, one);
        Path link = Files.createSymbolicLink(dir.resolve("..data_tmp"), fresh.getFileName());
        Files.move(link, dir.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        awaitServers(proxy, two);
      }
    }
  }

  @Test
  void whatIsWrongWithItAtTheStartIsAProblemOfTheConfig() throws IOException {
    assertThat(ProxyUnderTest.problems(yaml("")))
        .singleElement()
        .asString()
        .startsWith("test.yaml:8:")
        .contains(": pools.app.discovery.file: \"")
        .endsWith("/servers.yaml\" cannot be read: there is no such file");
    replace("- {address: \"127.0.0.1:1\", wieght: 3}\n- {state: up}\n");
    assertThat(ProxyUnderTest.problems(yaml("")))
        .containsExactly(
            file() + ":1:28: [0].wieght: unknown key, did you mean weight?",
            file()
                + ":2:3: [1].address: is missing (expected: a host and a port, such as 10.0.0.1:8080)",
            file() + ":2:11: [1].state: \"up\" is not valid (expected: ready, drain or maint)");
  }

  @Test
  void explainShowsThem() throws IOException {
    replace("- {address: \"127.0.0.1:1\"}\n- {address: \"127.0.0.1:2\", state: drain}\n");
    try (ProxyUnderTest proxy = proxy("")) {
      Question question =
          new Question(
              null,
              "GET",
              "localhost",
              "/",
              List.of(),
              "localhost",
              null,
              InetAddress.getLoopbackAddress(),
              null);
      assertThat(proxy.explain(question).lines())
          .extracting(Explanation.Line::text)
          .contains(
              "127.0.0.1:1: may be picked, weight 100",
              "127.0.0.1:2: is not picked: its state is drain: the config says so",
              "those that " + file() + " lists, while it runs");
    }
  }
}
