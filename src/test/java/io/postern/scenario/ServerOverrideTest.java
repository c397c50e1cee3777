package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.pool.Server;
import io.postern.runtime.ReloadReport.Verdict;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator says something of a server in place of the config. */
class ServerOverrideTest {

  private final ScriptedServer one = ScriptedServer.start();
  private final ScriptedServer two = ScriptedServer.start();
  private final String config =
      """
      listeners:
        edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
      routes:
        - {name: all, pool: app}
      pools:
        app: {servers: [{address: "%s"}, {address: "%s"}]}
      admin: {bind: "127.0.0.1:0"}
      process: {eventLoops: 1}
      """
          .formatted(label(one), label(two));
  private final ProxyUnderTest proxy = ProxyUnderTest.start(config);
  private final RawClient admin = RawClient.connect(proxy.admin());
  private final RawClient client = RawClient.connect(proxy.address());
  private final Server first = proxy.server("app", 0);
  private final Server second = proxy.server("app", 1);

  @AfterEach
  void close() {
    admin.close();
    client.close();
    proxy.close();
    one.close();
    two.close();
  }

  private static String label(ScriptedServer server) {
    return "127.0.0.1:" + server.port();
  }

  private Answer ask(String method, ScriptedServer of, String json) {
    String accept = "Accept: application/json\r\nContent-Type: application/json\r\n";
    admin.send(
        "%s /api/v1/pools/app/servers/%s/override HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(method, label(of), accept, json.length(), json));
    return admin.readAnswer();
  }

  private JsonNode said(Answer answer) throws IOException {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return new ObjectMapper().readTree(answer.text()).at("/servers/0");
  }

  private void assertShares(int ofFirst, int ofSecond) {
    long before = first.exchanges();
    long beforeSecond = second.exchanges();
    for (int i = 0; i < ofFirst + ofSecond; i++) {
      assertThat(client.get("/", "localhost").status()).isEqualTo(200);
    }
    assertThat(first.exchanges() - before).isEqualTo(ofFirst);
    assertThat(second.exchanges() - beforeSecond).isEqualTo(ofSecond);
  }

  @ParameterizedTest
  @CsvSource({"drain", "maint"})
  void itGetsNothingUntilThatIsTakenBack(String state) throws IOException {
    assertShares(2, 2);
    try (LogLines log = LogLines.of("io.postern")) {
      JsonNode drains = said(ask("PUT", one, "{\"state\": \"%s\"}".formatted(state)));
      assertThat(drains.get("state").asText()).isEqualTo(state);
      assertThat(drains.get("reason").asText()).startsWith("set by admin from 127.0.0.1");
      assertThat(drains.get("until").isNull()).isTrue();
      assertShares(0, 4);
      assertThat(said(ask("DELETE", one, "")).get("state").asText()).isEqualTo("ready");
      assertShares(2, 2);
      assertThat(log.about("server app/%s: state %s, set by".formatted(label(one), state)))
          .hasSize(1);
      assertThat(log.about("is again what the config says")).hasSize(1);
    }
    assertThat(ask("DELETE", one, "").status()).isEqualTo(404);
  }

  @Test
  void itHasAnotherShare() throws IOException {
    JsonNode less = said(ask("PUT", one, "{\"weight\": 300}"));
    assertThat(less.get("weight").asInt()).isEqualTo(300);
    assertThat(less.get("listed").asInt()).isEqualTo(100);
    assertShares(6, 2);
    assertThat(said(ask("PUT", one, "{\"weight\": 0}")).get("weight").asInt()).isZero();
    assertShares(0, 4);
  }

  @Test
  void itOutlivesAReload() throws IOException {
    said(ask("PUT", one, "{\"state\": \"drain\", \"weight\": 7}"));
    String other = config.replace("}]}", "}], limits: {requests: 50}}");
    assertThat(proxy.reload(other).verdict()).isEqualTo(Verdict.TAKEN);
    assertThat(proxy.server("app", 0).weight()).isEqualTo(7);
    assertThat(proxy.server("app", 0).isUsable()).isFalse();
    // It goes, and comes back.
    String without = config.replace("{address: \"%s\"}, ".formatted(label(one)), "");
    assertThat(proxy.reload(without).verdict()).isEqualTo(Verdict.TAKEN);
    admin.send("GET /api/v1/overrides HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(admin.readAnswer().text()).contains("app   " + label(one) + "  drain       7  -");
    assertThat(proxy.reload(config).verdict()).isEqualTo(Verdict.TAKEN);
    assertThat(proxy.server("app", 0).weight()).isEqualTo(7);
    assertThat(proxy.server("app", 0).isUsable()).isFalse();
    said(ask("DELETE", one, ""));
    assertThat(proxy.server("app", 0).weight()).isEqualTo(100);
    assertThat(proxy.server("app", 0).isUsable()).isTrue();
  }

  @Test
  void itIsOverInTime() throws IOException {
    said(ask("PUT", one, "{\"state\": \"drain\", \"for\": \"100ms\"}"));
    Await.until("its time is over", first::isUsable);
    assertThat(first.override()).isNull();
    assertShares(2, 2);
  }

  @Test
  void theLastServerStaysUnlessForced() throws IOException {
    said(ask("PUT", one, "{\"state\": \"drain\"}"));
    Answer refused = ask("PUT", two, "{\"state\": \"drain\"}");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text()).contains("pool app would be left without a ready server");
    assertThat(second.isUsable()).isTrue();
    assertThat(ask("PUT", two, "{\"weight\": 0}").status()).isEqualTo(409);
    said(ask("PUT", two, "{\"weight\": 0, \"force\": true}"));
    said(ask("DELETE", two, ""));
    String drained =
        config.replace(
            "%s\"}]".formatted(label(two)), "%s\", state: drain}]".formatted(label(two)));
    said(ask("PUT", two, "{\"state\": \"ready\"}"));
    assertThat(proxy.reload(drained).verdict()).isEqualTo(Verdict.TAKEN);
    assertThat(ask("DELETE", two, "").status()).isEqualTo(409);
    assertThat(second.isUsable()).isTrue();
    said(ask("DELETE", two, "{\"force\": true}"));
    assertThat(client.get("/", "localhost").status()).isEqualTo(503);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|state or weight is needed",
        "{\"state\": \"dran\"}|state: dran is not one of ready, drain, maint",
        "{\"weight\": 1001}|weight: 1001 is not a whole number from 0 to 1000",
        "{\"weight\": 1, \"for\": \"5\"}|for: 5 is not a length of time",
        "{\"wieght\": 1}|there is no parameter wieght (there is for, force, state, weight)",
        "{\"weight\": [1]}|weight is no text, number or truth value",
        "{\"weight\"|the content is no JSON object: Unexpected",
        "[]|the content is no JSON object",
      })
  void nonsenseIsRefusedAndChangesNothing(String json, String why) throws IOException {
    Answer refused = ask("PUT", one, json);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(new ObjectMapper().readTree(refused.text()).get("error").asText()).startsWith(why);
    assertThat(first.override()).isNull();
  }

  /** What is taken out is not checked, and is again when it comes back. */
  @Test
  void checksEndAndBeginAgain() throws IOException {
    String checked =
        config.replace("}]}", "}], health: {active: {type: tcp, interval: 10ms, fall: 1}}}");
    assertThat(proxy.reload(checked).verdict()).isEqualTo(Verdict.TAKEN);
    Await.until("it is checked", () -> first.checksPassed() > 1);
    said(ask("PUT", one, "{\"state\": \"maint\"}"));
    one.close();
    long passed = second.checksPassed();
    Await.until("the other one is checked on", () -> second.checksPassed() > passed + 5);
    assertThat(first.isUp()).as("nobody has looked").isTrue();
    said(ask("DELETE", one, ""));
    Await.until("it is looked at", () -> !first.isUp());
    assertThat(client.get("/", "localhost").status()).isEqualTo(200);
  }

  @Test
  void aServerThatIsNoneIsNotKnown() {
    try (ScriptedServer other = ScriptedServer.start()) {
      assertThat(ask("PUT", other, "{\"weight\": 1}").status()).isEqualTo(404);
    }
  }
}
