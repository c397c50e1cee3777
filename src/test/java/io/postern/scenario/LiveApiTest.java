package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is open, and what was refused, as the admin port tells it and ends it. */
class LiveApiTest {

  private final Gate gate = new Gate();
  private final ScriptedServer server =
      ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "late"))));
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners: {plain: {bind: "127.0.0.1:0"}}
          routes: [{name: all, pool: app}]
          pools: {app: {servers: [{address: "127.0.0.1:%d"}]}}
          admin: {bind: "127.0.0.1:0"}
          process: {eventLoops: 1}
          """
              .formatted(server.port()));
  private final RawClient admin = RawClient.connect(proxy.admin());
  private final RawClient client = RawClient.connect(proxy.address());

  @AfterEach
  void close() {
    gate.open();
    client.close();
    admin.close();
    proxy.close();
    server.close();
  }

  private Answer ask(String line, String... fields) {
    admin.send(line + " HTTP/1.1\r\nHost: localhost\r\n" + String.join("", fields) + "\r\n");
    return admin.readAnswer();
  }

  private JsonNode json(String line) throws IOException {
    return new ObjectMapper().readTree(ask(line, "Accept: application/json\r\n").text());
  }

  private void begin() {
    client.send("GET /slow HTTP/1.1\r\nHost: a.test:80\r\n\r\n");
    server.awaitRequest(0);
  }

  @Test
  void exchangesAreListedAndEnded() throws IOException {
    begin();
    JsonNode found = json("GET /api/v1/exchanges?host=A.test&olderThan=0s&order=bytes&limit=1");
    assertThat(found.get("matched").asInt()).isEqualTo(1);
    JsonNode seen = found.at("/exchanges/0");
    assertThat(seen.get("stage").asText()).isEqualTo("waiting-for-response");
    assertThat(seen.get("path").asText()).isEqualTo("/slow");
    assertThat(seen.get("tenant").isNull()).isTrue();
    assertThat(ask("GET /api/v1/exchanges?server=127.0.0.1:" + server.port()).text())
        .startsWith("1 of 1\nid")
        .contains("waiting-for-response", "127.0.0.1 port ");
    assertThat(json("GET /api/v1/exchanges?pool=other").get("matched").asInt()).isZero();
    String id = seen.get("id").asText();
    try (LogLines log = LogLines.of("io.postern.admin")) {
      assertThat(json("DELETE /api/v1/exchanges/" + id).get("ended").asInt()).isEqualTo(1);
      assertThat(log.await("DELETE /api/v1/exchanges/" + id + ", 200", 1)).hasSize(1);
    }
    Refusals.check(client.readAnswer(), Reason.ENDED_BY_OPERATOR);
    Verdict.failed(proxy, Reason.ENDED_BY_OPERATOR, 503, "KH");
    assertThat(ask("DELETE /api/v1/exchanges/" + id).status()).isEqualTo(404);
  }

  @Test
  void connectionsAreListedAndEnded() throws IOException {
    begin();
    JsonNode seen = json("GET /api/v1/connections?client=127.0.0.1").at("/connections/0");
    assertThat(seen.get("exchanges").asInt()).isEqualTo(1);
    assertThat(seen.get("requests").asInt()).isEqualTo(1);
    assertThat(seen.get("protocol").asText()).isEqualTo("h1");
    assertThat(ask("GET /api/v1/connections?client=127.0.0.0/8").text())
        .startsWith("1 of 1\nid")
        .contains(seen.get("id").asText(), "plain");
    assertThat(json("GET /api/v1/connections?client=10.0.0.0/8").get("matched").asInt()).isZero();
    assertThat(ask("DELETE /api/v1/connections?listener=plain").text())
        .isEqualTo("1 connections\n");
    gate.open();
    Answer last = client.readAnswer();
    assertThat(last.text()).isEqualTo("late");
    assertThat(last.field("connection")).isEqualTo("close");
    Await.until("it is gone", () -> json("GET /api/v1/connections").get("matched").asInt() == 0);
    assertThat(ask("DELETE /api/v1/connections/" + seen.get("id").asText() + "?now=true").status())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE /api/v1/connections",
        "DELETE /api/v1/exchanges",
        "DELETE /api/v1/connections?now=true",
        "DELETE /api/v1/connections/c1-2",
        "DELETE /api/v1/exchanges/c1",
        "DELETE /api/v1/exchanges/7",
        "GET /api/v1/exchanges?limit=10001",
        "GET /api/v1/exchanges?client=10.0.0.1/8",
        "GET /api/v1/exchanges?olderThan=soon"
      })
  void whatIsNotClearIsNotDone(String line) {
    begin();
    assertThat(ask(line).status()).isEqualTo(400);
    assertThat(ask("GET /api/v1/exchanges").text()).startsWith("1 of 1\n");
  }

  @Test
  void refusedHeadsAreShownAndForgotten() throws IOException {
    client.send("GET /a HTTP/1.1\r\nHost: a.test\r\nAccept : */*\r\n\r\n");
    assertThat(client.readAnswer().status()).isEqualTo(400);
    JsonNode seen = json("GET /api/v1/captures").at("/captures/0");
    assertThat(seen.get("reason").asText()).isEqualTo("malformed-request");
    assertThat(seen.get("shown").asText())
        .isEqualTo("GET /a HTTP/1.1..Host: a.test..Accept : */*..");
    assertThat(seen.get("from").asInt()).isEqualTo(31);
    assertThat(seen.get("bytes").asText()).startsWith("474554202f61");
    assertThat(ask("GET /api/v1/captures").text())
        .contains(
            "request: malformed-request",
            "  0000  47 45 54 20 2f 61 20 48 54 54 50 2f 31 2e 31 0d  GET /a HTTP/1.1.",
            "> 0010  0a 48 6f 73 74 3a 20 61 2e 74 65 73 74 0d 0a 41  .Host: a.test..A");
    assertThat(json("DELETE /api/v1/captures").get("forgotten").asInt()).isEqualTo(1);
    assertThat(json("GET /api/v1/captures").get("captures")).isEmpty();
  }
}
