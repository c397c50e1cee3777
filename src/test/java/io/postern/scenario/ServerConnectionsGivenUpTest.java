package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Connections that use up a limit and serve nobody who waits: they are closed where that helps, and
 * nobody looks for them without end where it does not.
 */
class ServerConnectionsGivenUpTest {

  private static final Respond OK = new Respond(Response.of(200, "ok"));
  private static final Respond ILL = new Respond(Response.of(503, "ill"));

  @TempDir private Path dir;

  private ProxyUnderTest proxy(String pool, String limits, String queueTimeout) {
    return Checked.once(
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: all, pool: app, timeouts: {queue: %s}}
            pools:
              app: {%s limits: {%s}, discovery: {file: %s}}
            admin: {bind: 127.0.0.1:0}
            process: {eventLoops: 1, watchInterval: 100ms}
            """
                .formatted(queueTimeout, pool, limits, dir.resolve("servers.yaml"))));
  }

  private void list(String... entries) throws IOException {
    Path fresh = Files.writeString(dir.resolve("fresh"), String.join("", entries));
    Files.move(fresh, dir.resolve("servers.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String entry(ScriptedServer server, String more) {
    return "- {address: \"127.0.0.1:%d\"%s}%n".formatted(server.port(), more);
  }

  private static Server first(ProxyUnderTest proxy) {
    return proxy.pool("app").servers().getFirst();
  }

  private static void awaitWaiting(ProxyUnderTest proxy, long number) {
    Await.until(
        number + " in the queue",
        () -> Scrape.of(proxy.admin()).value("postern_pool_queue{pool=\"app\"}") == number);
  }

  /** One that fails is left out with its connection idle, which another server needs. */
  @ParameterizedTest
  @ValueSource(strings = {"", "sendProxy: v1,"})
  void ofAServerThatIsEjected(String pool) throws IOException {
    try (ScriptedServer ill = ScriptedServer.start(ILL);
        ScriptedServer well = ScriptedServer.start()) {
      if (!pool.isEmpty()) {
        ill.expectingHeaders();
        well.expectingHeaders();
      }
      list(entry(ill, ""), entry(well, ", tier: 1"));
      String passive = "health: {passive: {consecutiveFailures: 1, statuses: 500-599}},";
      try (ProxyUnderTest proxy = proxy(pool + passive, "connections: 1", "2s");
          Client client = Version.H1.connect(proxy)) {
        assertThat(client.get("/").status()).isEqualTo(503);
        Await.until("it is ejected", () -> first(proxy).isEjected());
        assertThat(client.get("/").text()).isEqualTo("ok");
        assertThat(well.requests()).hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"weight: 0", "state: drain"})
  void ofAServerThatTheOperatorTakesOut(String how) throws IOException {
    try (ScriptedServer out = ScriptedServer.start();
        ScriptedServer well = ScriptedServer.start()) {
      list(entry(out, ""), entry(well, ", tier: 1"));
      try (ProxyUnderTest proxy = proxy("", "connections: 1", "2s");
          Client client = Version.H1.connect(proxy)) {
        assertThat(client.get("/").status()).isEqualTo(200);
        assertThat(out.requests()).hasSize(1);
        list(entry(out, ", " + how), entry(well, ", tier: 1"));
        Await.until("it is out", () -> first(proxy).weight() == 0 || !first(proxy).isUsable());
        assertThat(client.get("/").status()).isEqualTo(200);
        assertThat(well.requests()).hasSize(1);
        assertThat(out.connections()).hasSize(1);
      }
    }
  }

  /** Its idle connection could carry the request, but for the requests that it has. */
  @Test
  void ofAServerThatHasEnoughToDo() throws IOException {
    Gate gate = new Gate();
    try (ScriptedServer full =
            ScriptedServer.start().expectingHeaders().on("/held", new Hold(gate, OK));
        ScriptedServer free = ScriptedServer.start().expectingHeaders()) {
      list(entry(full, ""), entry(free, ", tier: 1"));
      try (ProxyUnderTest proxy =
              proxy("sendProxy: v1,", "connections: 2, requestsPerServer: 1", "2s");
          Client one = Version.H1.connect(proxy);
          Client two = Version.H1.connect(proxy)) {
        assertThat(one.get("/").status()).isEqualTo(200);
        assertThat(two.get("/").status()).isEqualTo(200);
        assertThat(full.connections()).hasSize(2);
        Call held = one.request("GET", "/held");
        gate.awaitWaiting();
        assertThat(two.get("/").status()).isEqualTo(200);
        assertThat(free.requests()).hasSize(1);
        gate.open();
        assertThat(held.answer().status()).isEqualTo(200);
      }
    }
  }

  /** Where the wait is for requests that end, no connection goes, and no loop is kept busy. */
  @ParameterizedTest
  @CsvSource({"requests: 1", "requestsPerServer: 1"})
  void noneWhereItWouldHelpNobody(String limit) throws IOException {
    Gate gate = new Gate();
    try (ScriptedServer server =
        ScriptedServer.start().expectingHeaders().on("/held", new Hold(gate, OK))) {
      list(entry(server, ""));
      try (ProxyUnderTest proxy = proxy("sendProxy: v1,", "connections: 2, " + limit, "1s");
          Client one = Version.H1.connect(proxy);
          Client two = Version.H1.connect(proxy);
          Client three = Version.H1.connect(proxy)) {
        assertThat(one.get("/").status()).isEqualTo(200);
        assertThat(two.get("/").status()).isEqualTo(200);
        Call held = one.request("GET", "/held");
        gate.awaitWaiting();
        Duration before = spentByLoops();
        Call other = three.request("GET", "/");
        assertThat(two.get("/").status()).isEqualTo(503);
        assertThat(other.answer().status()).isEqualTo(503);
        assertThat(spentByLoops().minus(before)).isLessThan(Duration.ofMillis(500));
        assertThat(
                Scrape.of(proxy.admin())
                    .value("postern_pool_connections_given_up_total{pool=\"app\"}"))
            .isZero();
        gate.open();
        assertThat(held.answer().status()).isEqualTo(200);
        assertThat(two.get("/").status()).isEqualTo(200);
        assertThat(three.get("/").status()).isEqualTo(200);
      }
    }
  }

  /** The processor time of all event loops of this JVM. */
  private static Duration spentByLoops() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long nanos = 0;
    for (ThreadInfo each : threads.dumpAllThreads(false, false, 0)) {
      if (each.getThreadName().startsWith("loop-")) {
        nanos += Math.max(0, threads.getThreadCpuTime(each.getThreadId()));
      }
    }
    return Duration.ofNanos(nanos);
  }

  /** Over HTTP/2 each loop may have one, and it has one as long as what it began goes on. */
  @ParameterizedTest
  @CsvSource({"connectionsPerServer: 1, false", "connections: 1, true"})
  void whatGoesOnCountsToItsEnd(String limit, boolean another) throws IOException {
    Gate gate = new Gate();
    try (ScriptedServer one = ScriptedServer.start().on("/held", new Hold(gate, OK));
        ScriptedServer two = ScriptedServer.start()) {
      list(entry(one, ""));
      try (ProxyUnderTest proxy = proxy("protocol: h2c,", limit, "20s");
          Client client = Version.H2.connect(proxy)) {
        Call held = client.request("GET", "/held");
        gate.awaitWaiting();
        list(entry(one, ", state: maint"));
        Await.until("it is out", () -> !first(proxy).isUsable());
        assertThat(client.get("/").status()).isEqualTo(503);
        ScriptedServer next = another ? two : one;
        list(entry(next, ""));
        Await.until("there is one again", () -> first(proxy).isUsable());
        Call waits = client.request("GET", "/");
        awaitWaiting(proxy, 1);
        assertThat(List.of(one.connections().size(), two.connections().size()))
            .containsExactly(1, 0);
        gate.open();
        assertThat(held.answer().text()).isEqualTo("ok");
        assertThat(waits.answer().text()).isEqualTo("ok");
        assertThat(next.connections()).hasSize(another ? 1 : 2);
      }
    }
  }
}
