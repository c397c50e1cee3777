package io.postern.scenario;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port that a load balancer asks whether to send traffic here. */
class HealthPortTest {

  private static final String CONFIG =
      """
      listeners:
        edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
      routes:
        - {name: all, respond: {status: 204}}
      health: {bind: "127.0.0.1:0"}
      shutdown: {announce: 30s, spread: 0s, drain: 1s}
      process: {eventLoops: 1}
      """;

  private static Answer ask(InetSocketAddress port) {
    try (RawClient client = RawClient.connect(port)) {
      return client.get("/healthz", "10.0.0.1:8081");
    }
  }

  private static String told(InetSocketAddress port) {
    Answer answer = ask(port);
    return answer.status() + " " + answer.text();
  }

  @Test
  void tellsOfTheStartAndThenIsReady() {
    List<String> before = new ArrayList<>();
    try (ProxyUnderTest proxy =
        ProxyUnderTest.start(CONFIG, health -> before.add(told(requireNonNull(health))))) {
      assertThat(before).containsExactly("503 starting\n");
      assertThat(told(proxy.health())).isEqualTo("200 ready\n");
      assertThat(ask(proxy.health()).field("cache-control")).isEqualTo("no-store");
    }
  }

  /** A load balancer may speak either version, keep its connection or not, and want no content. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /healthz HTTP/1.0\r\n\r\n",
        "GET /healthz HTTP/1.0\r\nHost: 10.0.0.1:8081\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: nlb\r\nConnection: close\r\n\r\n",
        "GET /healthz?from=nlb HTTP/1.1\r\nHost: nlb\r\nConnection: close\r\n\r\n"
      })
  void closesWhereItIsAskedTo(String request) {
    try (ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG);
        RawClient client = RawClient.connect(proxy.health())) {
      assertThat(client.send(request).readToEnd())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("connection: close\r\n")
          .endsWith("\r\n\r\nready\n");
    }
  }

  @Test
  void keepsTheConnectionOtherwise() {
    try (ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG);
        RawClient client = RawClient.connect(proxy.health())) {
      client.send("HEAD /healthz HTTP/1.1\r\nHost: nlb\r\n\r\n");
      Answer head = client.readAnswer("HEAD");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("content-length")).isEqualTo("6");
      assertThat(client.get("/health", "nlb").status()).isEqualTo(404);
      client.send("DELETE /healthz HTTP/1.1\r\nHost: nlb\r\n\r\n");
      assertThat(client.readAnswer().status()).isEqualTo(405);
      assertThat(client.get("/healthz", "nlb").text()).isEqualTo("ready\n");
    }
  }

  @Test
  void ofTheProcessIsDrainingFromTheSignalOnWhileNothingIsRefused(@TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(file, CONFIG);
    try (PosternProcess postern = PosternProcess.start("run", "-c", file.toString())) {
      InetSocketAddress edge = postern.awaitListener("edge");
      InetSocketAddress health = postern.awaitListener("health");
      assertThat(told(health)).isEqualTo("200 ready\n");
      postern.signal("TERM");
      Await.until("draining", () -> told(health).equals("503 draining\n"));
      try (RawClient client = RawClient.connect(edge)) {
        assertThat(client.get("/", "localhost").status()).isEqualTo(204);
      }
      assertThat(told(health)).isEqualTo("503 draining\n");
      postern.signal("TERM");
      assertThat(postern.awaitExit()).isEqualTo(143);
    }
  }
}
