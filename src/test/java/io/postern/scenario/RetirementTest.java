package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A connection that is old enough, or has brought enough requests, is sent away between requests:
 * nothing in flight is cut.
 */
class RetirementTest {

  private static final String REQUESTS = "limits: {requestsPerConnection: 2}";
  private static final String AGE = "timeouts: {connectionAge: 300ms}";

  private final Gate gate = new Gate();
  private final ScriptedServer server =
      ScriptedServer.start().on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));

  @AfterEach
  void close() {
    gate.open();
    server.close();
  }

  private ProxyUnderTest proxy(String listener) {
    return Tuned.to(listener, "timeouts: {response: 30s}", server.address());
  }

  @Test
  void theLastRequestOverH1SaysSo() {
    try (ProxyUnderTest proxy = proxy(REQUESTS);
        RawClient client = Version.h1(proxy)) {
      assertThat(client.get("/1", Version.HOST).field("connection")).isEmpty();
      assertThat(client.get("/2", Version.HOST).field("connection")).isEqualTo("close");
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void theLastRequestOverH2IsToldInTwoSteps() {
    try (ProxyUnderTest proxy = proxy(REQUESTS);
        H2Client client = Version.h2(proxy).givesBack(false)) {
      H2Stream first = client.get(Version.HOST, "/held");
      H2Stream second = client.get(Version.HOST, "/held");
      requireGoAwayInTwoSteps(client, 3);
      gate.open();
      assertThat(first.answer().text()).isEqualTo("held");
      assertThat(second.answer().text()).isEqualTo("held");
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
    }
  }

  private static void requireGoAwayInTwoSteps(H2Client client, int last) {
    assertThat(client.awaitGoAway(0)).isEqualTo(new H2Client.GoAway(Integer.MAX_VALUE, 0, ""));
    assertThat(client.awaitGoAway(1)).isEqualTo(new H2Client.GoAway(last, 0, ""));
  }

  @Test
  void anOldConnectionOverH1IsServedAndClosed() {
    try (ProxyUnderTest proxy = proxy(AGE);
        RawClient idle = Version.h1(proxy);
        RawClient busy = Version.h1(proxy)) {
      busy.send("GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n");
      server.awaitRequest(0);
      assertThat(idle.awaitEnding()).as("idle").isEqualTo(Ending.CLOSED);
      gate.open();
      Answer answer = busy.readAnswer();
      assertThat(answer.text()).isEqualTo("held");
      assertThat(answer.field("connection")).isEqualTo("close");
      assertThat(busy.awaitEnding()).isEqualTo(Ending.CLOSED);
    }
  }

  @Test
  void anOldConnectionOverH2IsToldInTwoSteps() {
    try (ProxyUnderTest proxy = proxy(AGE);
        H2Client client = Version.h2(proxy).givesBack(false)) {
      H2Stream held = client.get(Version.HOST, "/held");
      requireGoAwayInTwoSteps(client, 1);
      gate.open();
      assertThat(held.answer().text()).isEqualTo("held");
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
      Verdict.served(proxy, 200);
    }
  }

  /** Without the keys a connection lives on. */
  @Test
  void nobodyIsSentAwayByDefault() {
    try (ProxyUnderTest proxy = proxy("limits: {}");
        RawClient client = Version.h1(proxy)) {
      for (int i = 0; i < 200; i++) {
        assertThat(client.get("/" + i, Version.HOST).field("connection")).isEmpty();
      }
    }
  }
}
