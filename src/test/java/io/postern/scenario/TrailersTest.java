package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Field;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Trailers are passed on in both directions. */
class TrailersTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @Test
  void ofTheRequestOverH1() {
    try (Client client = Version.H1.connect(proxy)) {
      Call call = client.start("POST", "/", "Trailer", "x-sum").send("hello");
      call.trailers("x-sum", "5d41", "keep-alive", "x", "x-other", "1");
      assertThat(call.answer().text()).isEqualTo("ok");
      assertThat(server.awaitRequest(0).content().text()).isEqualTo("hello");
      assertThat(server.awaitRequest(0).content().trailers())
          .containsExactly(new Field("x-sum", "5d41"), new Field("x-other", "1"));
      assertThat(client.get("/next").text()).isEqualTo("ok");
    }
  }

  @Test
  void ofTheRequestOverH2() {
    try (Client client = Version.H2.connect(proxy)) {
      Call call = client.start("POST", "/", "Trailer", "x-sum").send("hello");
      assertThat(call.trailers("x-sum", "5d41").answer().text()).isEqualTo("ok");
      assertThat(server.awaitRequest(0).content().text()).isEqualTo("hello");
      assertThat(server.awaitRequest(0).content().trailers())
          .containsExactly(new Field("x-sum", "5d41"));
      assertThat(server.awaitRequest(0).head().field("trailer")).isEqualTo("x-sum");
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofTheResponse(Version version) {
    server.otherwise(
        new Respond(Response.of(200, "hello").chunked("x-sum", "5d41").with("Trailer", "x-sum")));
    try (Client client = version.connect(proxy)) {
      Answer answer = client.get("/");
      assertThat(answer.text()).isEqualTo("hello");
      assertThat(answer.content().trailers()).containsExactly(new Field("x-sum", "5d41"));
      assertThat(answer.field("trailer")).isEqualTo("x-sum");
      Verdict.served(proxy, 200);
      assertThat(client.get("/").text()).isEqualTo("hello");
    }
  }

  @Test
  void ofTheResponseAreDroppedForHttp10() {
    server.otherwise(new Respond(Response.of(200, "hello").chunked("x-sum", "5d41")));
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
      Head head = client.readHead();
      assertThat(head.values("transfer-encoding")).isEmpty();
      assertThat(client.readContent(head, "GET").text()).isEqualTo("hello");
    }
  }
}
