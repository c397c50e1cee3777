package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.runtime.ReloadReport.Verdict;
import io.postern.testkit.Answer;
import io.postern.testkit.ClientTls;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask for what on an admin port that lists tokens. */
class AdminAccessTest {

  private static final String READS = "r".repeat(32);
  private static final String WRITES = "w".repeat(32);
  private static final String LATER = "l".repeat(32);

  private static final String CONFIG =
      """
      listeners:
        edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
      routes:
        - {name: all, respond: {status: 204}}
      admin:
        bind: "127.0.0.1:0"
        tls: {certificates: [@CERTIFICATES@]}
        tokens:
          watcher: {secret: %s}
          keeper: {secret: %s, rights: write}
      process: {eventLoops: 1}
      """
          .formatted(READS, WRITES);

  private final ProxyUnderTest proxy = ProxyUnderTest.start(CONFIG);
  private final RawClient client =
      RawClient.connect(proxy.admin(), ClientTls.of(ProxyUnderTest.authority(), "localhost"));

  @AfterEach
  void close() {
    client.close();
    proxy.close();
  }

  private Answer ask(String line, String... fields) {
    client.send(line + " HTTP/1.1\r\nHost: proxy.test\r\n" + String.join("", fields) + "\r\n");
    return client.readAnswer();
  }

  private Answer ask(String line, String token) {
    return ask(line, new String[] {"Authorization: Bearer " + token + "\r\n"});
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /",
        "GET /metrics",
        "GET /api/v1/",
        "GET /api/v1/nothing",
        "DELETE /api/v1/status",
        "GET /api/v1/status",
        "POST /api/v1/drain"
      })
  void nothingIsToldWithoutAToken(String line) {
    Answer none = ask(line, new String[0]);
    assertThat(none.status()).isEqualTo(401);
    assertThat(none.field("www-authenticate")).isEqualTo("Bearer");
    assertThat(ask(line, LATER).status()).isEqualTo(401);
    assertThat(ask(line, "").status()).isEqualTo(401);
    assertThat(ask(line, "Authorization: Basic " + WRITES + "\r\n", "").status()).isEqualTo(401);
  }

  @Test
  void whoReadsChangesNothing() {
    assertThat(ask("GET /metrics", READS).status()).isEqualTo(200);
    assertThat(ask("GET /api/v1/status", READS).status()).isEqualTo(200);
    Answer refused = ask("POST /api/v1/reload", READS);
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.text()).isEqualTo("token watcher may only read\n");
  }

  @Test
  void whoIsTurnedAwayIsToldOf() {
    try (LogLines log = LogLines.of("io.postern.admin")) {
      assertThat(ask("POST /api/v1/drain", LATER).status()).isEqualTo(401);
      assertThat(log.about("POST /api/v1/drain from 127.0.0.1 port ")).hasSize(1);
      assertThat(log.about(LATER)).isEmpty();
    }
  }

  /** Content is waited for only where who sends it may. */
  @Test
  void nobodyIsWaitedForWhoMayNotWrite() {
    client.send("POST /api/v1/reload HTTP/1.1\r\nHost: proxy.test\r\nContent-Length: 5\r\n\r\n");
    assertThat(client.readAnswer().status()).isEqualTo(401);
  }

  @Test
  void theLogGoesOnToSayWhoHasChangedWhat() {
    for (String logger : new String[] {"io.postern.admin", "io.postern.admin.Ask"}) {
      Answer answer = ask("PUT /api/v1/loggers/" + logger + "?level=off", WRITES);
      assertThat(answer.status()).isEqualTo(403);
    }
    try (LogLines log = LogLines.of("io.postern.admin")) {
      assertThat(ask("PUT /api/v1/loggers/io.postern?level=off&for=1h", WRITES).text())
          .contains("io.postern ", "off");
      assertThat(ask("DELETE /api/v1/loggers/io.postern", WRITES).status()).isEqualTo(200);
      assertThat(log.about("/api/v1/loggers/io.postern")).hasSize(2);
      assertThat(ask("PUT /api/v1/loggers/no.such?level=off", WRITES).status()).isEqualTo(404);
      assertThat(ask("PUT /api/v1/loggers/io.postern?level=%0Aoff", WRITES).status())
          .isEqualTo(400);
      assertThat(log.about("\n")).isEmpty();
    }
  }

  @Test
  void whoWritesStandsInTheLog() {
    try (LogLines log = LogLines.of("io.postern.admin")) {
      assertThat(ask("POST /api/v1/reload?force=true", WRITES).status()).isEqualTo(200);
      assertThat(log.about("keeper from 127.0.0.1:")).hasSize(1);
      assertThat(log.about("POST /api/v1/reload?force=true, 200")).hasSize(1);
      assertThat(log.about(WRITES)).isEmpty();
    }
    String origin = "Origin: https://proxy.test\r\n";
    String token = "Authorization: Bearer " + WRITES + "\r\n";
    assertThat(ask("POST /api/v1/reload", token, origin).status()).isEqualTo(403);
  }

  @Test
  void tokensChangeWhileItRuns() {
    assertThat(ask("POST /api/v1/reload", LATER).status()).isEqualTo(401);
    assertThat(proxy.reload(CONFIG.replace(WRITES, LATER)).verdict()).isEqualTo(Verdict.TAKEN);
    assertThat(ask("POST /api/v1/reload", WRITES).status()).isEqualTo(401);
    assertThat(ask("POST /api/v1/reload", LATER).status()).isEqualTo(200);
  }

  @Test
  void noSecretIsTold() {
    Answer config = ask("GET /api/v1/config", READS);
    assertThat(config.field("content-type")).isEqualTo("application/yaml");
    assertThat(config.text())
        .contains("keeper:\n      secret: '***'\n      rights: write\n")
        .doesNotContain(READS, WRITES);
    assertThat(proxy.reload(CONFIG.replace(WRITES, LATER)).verdict()).isEqualTo(Verdict.TAKEN);
    assertThat(ask("GET /api/v1/config/diff", READS).text())
        .doesNotContain(WRITES, LATER)
        .contains("admin.tokens.keeper.secret");
  }
}
