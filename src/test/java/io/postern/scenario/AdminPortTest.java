package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The port for those who run the proxy. */
class AdminPortTest {

  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
          routes:
            - {name: all, respond: {status: 204}}
          admin: {bind: "127.0.0.1:0"}
          process: {eventLoops: 1}
          """);
  private final RawClient client = RawClient.connect(proxy.admin());

  @AfterEach
  void close() {
    client.close();
    proxy.close();
  }

  @Test
  void saysWhatIsThere() {
    Answer answer = client.get("/", "127.0.0.1");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).contains("/metrics");
    assertThat(answer.field("cache-control")).isEqualTo("no-store");
  }

  @Test
  void givesOpenMetricsToWhoAsksForIt() {
    String accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    client.send("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: %s\r\n\r\n".formatted(accept));
    Answer answer = client.readAnswer();
    assertThat(answer.field("content-type"))
        .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(answer.text()).endsWith("# EOF\n");
  }

  @Test
  void answersHeadWithoutContent() {
    client.send("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Answer answer = client.readAnswer("HEAD");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(Long.parseLong(answer.field("content-length"))).isGreaterThan(1000);
    assertThat(client.get("/", "localhost").status()).isEqualTo(200);
  }

  @Test
  void hasNoOtherPages() {
    assertThat(client.get("/metrics/", "127.0.0.1").status()).isEqualTo(404);
  }

  @Test
  void changesNothingForOtherMethods() {
    client.send("POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
    Answer answer = client.readAnswer();
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.field("allow")).isEqualTo("GET, HEAD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:9901", "localhost", "LOCALHOST:1", "[::1]:9901", "10.1.2.3"})
  void answersByAddress(String host) {
    assertThat(client.get("/", host).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example"})
  void refusesOtherNames(String host) {
    assertThat(client.get("/metrics", host).status()).isEqualTo(421);
  }

  @Test
  void refusesToGuessTheName() {
    client.send("GET /metrics HTTP/1.0\r\n\r\n");
    assertThat(client.readAnswer().status()).isEqualTo(421);
  }

  @Test
  void answersWhatIsMalformed() {
    client.send("GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(client.readAnswer().status()).isEqualTo(400);
  }

  @Test
  void outlivesAClientThatDoesNotWait() {
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").reset();
    try (RawClient next = RawClient.connect(proxy.admin())) {
      assertThat(next.get("/metrics", "localhost").status()).isEqualTo(200);
    }
  }

  /** A drain waits for clients, and whoever watches is none. */
  @Test
  void takesNoPartInADrain() throws InterruptedException {
    assertThat(client.get("/", "localhost").status()).isEqualTo(200);
    assertThat(proxy.runtime().openConnections()).isZero();
    assertThat(proxy.hasNoRecord()).isTrue();
  }
}
