package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.runtime.Drain;
import io.postern.runtime.ReloadReport;
import io.postern.runtime.ReloadReport.Verdict;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts that two configs share, or that come at an awkward moment. */
class ReloadedPartsTest {

  private static final String CHECKED =
      ", health: {active: {type: http, path: /, interval: 50ms, fall: 1, rise: 1}}";

  private final ScriptedServer one = ScriptedServer.start();
  private final ScriptedServer two = ScriptedServer.start();

  @TempDir private Path dir;

  @AfterEach
  void close() {
    one.close();
    two.close();
  }

  private static String config(String rest) {
    return """
    listeners:
      edge: {bind: 127.0.0.1:0}
    shutdown: {announce: 20s, spread: 0s}
    process: {eventLoops: 2, watchInterval: 1h}
    """
        + rest;
  }

  private static final String TO_APP = "routes:\n  - {name: all, pool: app}\npools:\n";

  private static String listed(String name, ScriptedServer server) {
    return "  %s: {servers: [{address: \"127.0.0.1:%d\"}]%s}\n"
        .formatted(name, server.port(), CHECKED);
  }

  private String inFile(String name, String more) {
    return "  %s: {discovery: {file: %s}%s%s}\n"
        .formatted(name, dir.resolve("servers.yaml"), CHECKED, more);
  }

  private void writeServers(ScriptedServer... servers) throws IOException {
    StringBuilder list = new StringBuilder();
    for (ScriptedServer each : servers) {
      list.append("- {address: \"127.0.0.1:").append(each.port()).append("\"}\n");
    }
    Files.writeString(dir.resolve("servers.yaml"), list);
  }

  private static void assertTaken(ReloadReport report) {
    assertThat(report.problems()).isEmpty();
    assertThat(report.verdict()).isEqualTo(Verdict.TAKEN);
  }

  private static void awaitChecks(Server server) {
    long passed = server.checksPassed();
    Await.until("it is checked on", () -> server.checksPassed() > passed + 2);
  }

  /** One check is made for both pools, and one of them goes on alone. */
  @Test
  void aServerOfTwoPoolsIsCheckedOnWhereOneOfThemIsAnother() throws IOException {
    writeServers(one);
    String before = config(TO_APP + listed("app", one) + listed("more", one));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(before)) {
      assertTaken(proxy.reload(config(TO_APP + listed("app", one) + inFile("more", ""))));
      awaitChecks(proxy.server("app", 0));
      awaitChecks(proxy.server("more", 0));
      assertTaken(proxy.reload(config(TO_APP + listed("app", one))));
      awaitChecks(proxy.server("app", 0));
      one.otherwise(new Respond(Response.of(500, "")));
      Await.until("it is down", () -> !proxy.server("app", 0).isUp());
    }
  }

  /** The file is no news to whoever follows it from now on. */
  @Test
  void serversThatAFileHasWithAnotherConfigAreChecked() throws IOException {
    writeServers(one);
    String before = config(TO_APP + inFile("app", ""));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(before)) {
      awaitChecks(proxy.server("app", 0));
      writeServers(two);
      assertTaken(proxy.reload(config(TO_APP + inFile("app", ", balance: random"))));
      assertThat(proxy.pool("app").servers()).hasSize(1);
      awaitChecks(proxy.server("app", 0));
      two.otherwise(new Respond(Response.of(500, "")));
      Await.until("it is down", () -> !proxy.server("app", 0).isUp());
    }
  }

  @Test
  void aTenantThatIsGoneHasTheRoutesThatItHadWhereverTheyStand() {
    String routes =
        """
        routes:
          - {name: mine, match: {path: [/mine]}, respond: {status: 200}}
          - {name: other, match: {path: [/other]}, respond: {status: 200}}
        """;
    String turned =
        """
        routes:
          - {name: other, match: {path: [/other]}, respond: {status: 200}}
          - {name: mine, match: {path: [/mine]}, respond: {status: 200}}
        """;
    String tenants = "tenants: {local: {sources: [127.0.0.0/8], routes: [mine]}}\n";
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(routes + tenants));
        RawClient client = RawClient.connect(proxy.address())) {
      assertThat(client.get("/mine", "a").status()).isEqualTo(200);
      assertThat(client.get("/other", "a").status()).isEqualTo(404);
      assertTaken(proxy.reload(config(turned)));
      assertThat(client.get("/other", "a").status()).isEqualTo(404);
      assertThat(client.get("/mine", "a").status()).isEqualTo(200);
      try (RawClient another = RawClient.connect(proxy.address())) {
        assertThat(another.get("/other", "a").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void copiesOfRequestsAreCountedOn() {
    String routes =
        """
        admin: {bind: 127.0.0.1:0}
        routes:
          - {name: all, pool: app, mirror: {pool: copies, share: 100%}}
        pools:
        """;
    String config = config(routes + listed("app", one) + listed("copies", two));
    String copied =
        "postern_mirrored_requests_total{outcome=\"answered\",pool=\"copies\",route=\"all\"}";
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config);
        RawClient client = RawClient.connect(proxy.address())) {
      assertThat(client.get("/", "a").status()).isEqualTo(200);
      Await.until("it is counted", () -> Scrape.of(proxy.admin()).value(copied) == 1);
      assertTaken(proxy.reload(config.replace("100%", "100%, bodyLimit: 2KiB")));
      assertThat(Scrape.of(proxy.admin()).value(copied)).isEqualTo(1);
    }
  }

  @Test
  void itIsReadyThoughANameIsNotFoundThatNobodyAsksForAnyMore() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String unknown =
          "  app: {discovery: {dns: app.test, port: 80, resolvers: [\"127.0.0.1:%d\"]}}\n"
              .formatted(silent.getLocalPort());
      try (ProxyUnderTest proxy = ProxyUnderTest.start(config(TO_APP + unknown))) {
        String known = "  app: {servers: [{address: \"127.0.0.1:%d\"}]}\n".formatted(one.port());
        assertTaken(proxy.reload(config(TO_APP + known)));
        proxy.runtime().ready().get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void whatIsAboutToEndTakesNothingOver() throws Exception {
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(TO_APP + listed("app", one)))) {
      proxy.runtime().ready().get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
      Drain drain = proxy.drain();
      CompletableFuture<Void> end = CompletableFuture.runAsync(() -> run(drain));
      Await.until("it drains", () -> proxy.runtime().state().name().equals("DRAINING"));
      assertThat(proxy.reload(config(TO_APP + listed("app", two))).problems())
          .containsExactly("the process is about to end");
      assertThat(proxy.runtime().undrain("a test")).isFalse();
      drain.hurry();
      end.get(Await.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static void run(Drain drain) {
    try {
      drain.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever only tries a change has not taken it over: it is still news. */
  @Test
  void aTrialLeavesTheChangeOfTheFileNews() throws IOException {
    Path file = Files.writeString(dir.resolve("postern.yaml"), "one");
    String quick = config(TO_APP + listed("app", one)).replace("1h", "100ms");
    try (ProxyUnderTest proxy = ProxyUnderTest.start(quick)) {
      CompletableFuture<Void> told = new CompletableFuture<>();
      proxy.runtime().reloads().follow(file, () -> told.complete(null));
      Files.writeString(file, "another");
      assertThat(proxy.reload(quick, false, true).verdict()).isEqualTo(Verdict.TRIED);
      Await.until("the change is told", told::isDone);
    }
  }
}
