package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs ask of the admin port and have done by it. */
class AdminApiTest {

  private static final String CONFIG =
      """
      listeners:
        edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
      routes:
        - {name: fixed, match: {path: [/fixed]}, respond: {status: 204}}
        - {name: all, pool: app, timeouts: {response: 30s}}
      pools:
        app: {servers: [{address: "127.0.0.1:1", state: drain}, {address: "127.0.0.1:2"}]}
      admin: {bind: "127.0.0.1:0"}
      health: {bind: "127.0.0.1:0"}
      shutdown: {announce: 0s, spread: 0s}
      process: {eventLoops: 1}
      """;

  private final ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG);
  private final RawClient client = RawClient.connect(proxy.admin());

  @AfterEach
  void close() {
    client.close();
    proxy.close();
  }

  private Answer ask(String line, String... fields) {
    client.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", fields) + "\r\n");
    return client.readAnswer();
  }

  private JsonNode json(String line) throws IOException {
    Answer answer = ask(line, "Accept: application/json\r\n");
    assertThat(answer.field("content-type")).isEqualTo("application/json");
    return new ObjectMapper().readTree(answer.text());
  }

  @Test
  void saysHowItIs() throws IOException {
    JsonNode status = json("GET /api/v1/status");
    assertThat(status.get("version").asInt()).isEqualTo(1);
    assertThat(status.at("/listeners/0/name").asText()).isEqualTo("edge");
    assertThat(status.at("/pools/0/servers/0/state").asText()).isEqualTo("drain");
    assertThat(status.at("/pools/0/servers/1/weight").asInt()).isEqualTo(100);
    assertThat(ask("GET /api/v1/status").text())
        .contains("pool app: 1 of 2 servers ready", "127.0.0.1:2: ready, weight 100, 0 in flight");
  }

  @Test
  void reloadsTriesAndGoesBack() throws IOException {
    try (LogLines log = LogLines.of("io.postern.admin")) {
      proxy.write(CONFIG.replace("30s", "31s"));
      JsonNode tried = json("POST /api/v1/reload?trial=true");
      assertThat(tried.get("verdict").asText()).isEqualTo("tried");
      assertThat(tried.get("version").asInt()).isEqualTo(1);
      JsonNode taken = json("POST /api/v1/reload");
      assertThat(taken.get("verdict").asText()).isEqualTo("taken");
      assertThat(taken.at("/differences/0/path").asText())
          .isEqualTo("routes[all].timeouts.response");
      assertThat(taken.at("/differences/0/before").asText()).isEqualTo("30s");
      assertThat(ask("POST /api/v1/rollback").text())
          .isEqualTo("version 3 runs from now on\n~ routes[all].timeouts.response: 31s -> 30s\n");
      proxy.write(CONFIG.replace("pool: app", "pool: apple"));
      Answer refused = ask("POST /api/v1/reload");
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.text()).startsWith("refused: version 3 runs on\ntest.yaml:5:");
      assertThat(log.about("admin from 127.0.0.1:")).hasSize(4);
    }
  }

  @Test
  void aDrainIsAnnouncedAndTakenBack() {
    assertThat(ask("POST /api/v1/undrain").status()).isEqualTo(409);
    try (LogLines log = LogLines.of("io.postern.runtime");
        RawClient load = RawClient.connect(proxy.health());
        RawClient stays = RawClient.connect(proxy.address())) {
      assertThat(load.get("/healthz", "localhost").status()).isEqualTo(200);
      assertThat(ask("POST /api/v1/drain").text()).startsWith("draining, version 1");
      assertThat(load.get("/healthz", "localhost").text()).isEqualTo("draining\n");
      Await.until("clients are asked to go", () -> goes(proxy.address()));
      assertThat(ask("POST /api/v1/undrain").text()).startsWith("ready, version 1");
      assertThat(load.get("/healthz", "localhost").status()).isEqualTo(200);
      Await.until("clients may stay", () -> !goes(proxy.address()));
      assertThat(stays.awaitEnding()).as("it was asked to").isEqualTo(Ending.CLOSED);
      assertThat(log.about("taken back (admin from 127.0.0.1:")).hasSize(2);
    }
  }

  @Test
  void aDrainThatIsTakenBackWhileItIsAnnouncedIsOver() {
    long announce = TimeUnit.MILLISECONDS.toNanos(300);
    String slow = CONFIG.replace("announce: 0s", "announce: 300ms");
    try (ProxyUnderTest announcing = ProxyUnderTest.start(slow);
        RawClient load = RawClient.connect(announcing.health())) {
      Await.until("it is ready", () -> announcing.runtime().ready().isDone());
      assertThat(announcing.runtime().drain("a test")).isTrue();
      assertThat(announcing.runtime().undrain("a test")).isTrue();
      long began = System.nanoTime();
      Await.until("its time is over", () -> System.nanoTime() - began > 2 * announce);
      assertThat(load.get("/healthz", "localhost").text()).isEqualTo("ready\n");
      assertThat(goes(announcing.address())).isFalse();
    }
  }

  /** Whether a client that comes now is told to go with the response. */
  private static boolean goes(InetSocketAddress address) {
    try (RawClient comes = RawClient.connect(address)) {
      return comes.get("/fixed", "localhost").values("connection").contains("close");
    }
  }

  @Test
  void aPoolIsLeftWithoutServersByForceOnly() {
    proxy.write(CONFIG.replace("127.0.0.1:2\"", "127.0.0.1:2\", state: maint"));
    assertThat(ask("POST /api/v1/reload").status()).isEqualTo(409);
    assertThat(ask("POST /api/v1/reload?force=true").status()).isEqualTo(200);
    assertThat(ask("GET /api/v1/status").text()).contains("pool app: 0 of 2 servers ready");
  }

  @ParameterizedTest
  @ValueSource(strings = {"reload", "rollback"})
  void noPageOfABrowserChangesAnything(String what) {
    Answer answer = ask("POST /api/v1/" + what, "Origin: http://localhost\r\n");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(ask("GET /api/v1/" + what).status()).isEqualTo(405);
    client.send("POST /api/v1/%s HTTP/1.1\r\nHost: evil.test\r\n\r\n".formatted(what));
    assertThat(client.readAnswer().status()).isEqualTo(421);
  }

  @Test
  void hasNoOtherPages() {
    assertThat(ask("GET /api/v1/").text()).contains("POST   /api/v1/reload  ");
    assertThat(ask("GET /api/v1/reloads").status()).isEqualTo(404);
    assertThat(ask("POST /api/v1/status").status()).isEqualTo(405);
  }
}
