package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections of HTTP/1.1 persist, and requests that are sent ahead are answered in order. */
class KeepAliveTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @Test
  void requestsFollowEachOther() {
    try (RawClient client = Version.h1(proxy)) {
      for (int i = 0; i < 3; i++) {
        Answer answer = client.get("/" + i, Version.HOST);
        assertThat(answer.text()).isEqualTo("ok");
        assertThat(answer.values("connection")).isEmpty();
      }
    }
    assertThat(server.connections()).as("the connection to the server is kept, too").hasSize(1);
  }

  @Test
  void aClientThatWantsToCloseIsObeyed() {
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(client.readAnswer().field("connection")).isEqualTo("close");
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
    }
  }

  @Test
  void http10ClosesUnlessAskedNotTo() {
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\nHost: localhost\r\n\r\n");
      Answer kept = client.readAnswer();
      assertThat(kept.text()).isEqualTo("ok");
      assertThat(kept.field("connection")).isEqualTo("keep-alive");
      client.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
      assertThat(client.readAnswer().text()).isEqualTo("ok");
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
    }
  }

  @Test
  void aServerThatClosesClosesNoClient() {
    server.otherwise(
        new Respond(Response.of(200, "bye").with("Connection", "close")),
        new Respond(Response.of(200, "ok")));
    try (RawClient client = Version.h1(proxy)) {
      assertThat(client.get("/", Version.HOST).values("connection")).isEmpty();
      assertThat(client.get("/", Version.HOST).text()).isEqualTo("ok");
    }
    assertThat(server.connections()).hasSize(2);
  }

  @Test
  void aHundredRequestsInOneWrite() {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      server.on("/" + i, new Respond(Response.of(200, "answer " + i)));
      requests.append("GET /" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    try (RawClient client = Version.h1(proxy)) {
      client.send(requests.toString());
      for (int i = 0; i < 100; i++) {
        assertThat(client.readAnswer().text()).isEqualTo("answer " + i);
        Verdict.served(proxy, 200);
      }
    }
    assertThat(server.requests()).hasSize(100);
  }

  @Test
  void requestsWithAndWithoutContentInOneWrite() {
    try (RawClient client = Version.h1(proxy)) {
      client.send(
          "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + "POST /b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
              + "HEAD /c HTTP/1.1\r\nHost: localhost\r\n\r\n"
              + "POST /d HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "3\r\nabc\r\n0\r\n\r\n"
              + "GET /e HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.readAnswer().text()).isEqualTo("ok");
      assertThat(client.readAnswer().text()).isEqualTo("ok");
      assertThat(client.readAnswer("HEAD").field("content-length")).isEqualTo("2");
      assertThat(client.readAnswer().text()).isEqualTo("ok");
      assertThat(client.readAnswer().text()).isEqualTo("ok");
    }
    assertThat(server.requests())
        .extracting(Request::target)
        .containsExactly("/a", "/b", "/c", "/d", "/e");
    assertThat(server.requests("/b").getFirst().content().text()).isEqualTo("hello");
    assertThat(server.requests("/d").getFirst().content().text()).isEqualTo("abc");
  }

  @Test
  void aRequestSentAheadWaitsForTheOneBefore() {
    Gate gate = new Gate();
    server.on("/first", new Hold(gate, new Respond(Response.of(200, "first"))));
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n" + Refusals.NEXT);
      server.awaitRequest(0);
      assertThat(server.requests("/next")).isEmpty();
      gate.open();
      assertThat(client.readAnswer().text()).isEqualTo("first");
      assertThat(client.readAnswer().text()).isEqualTo("ok");
    }
  }
}
