package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However a server frames its response, the client can tell where it ends. */
class ResponseFramingTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void aResponseToHeadKeepsItsLength(Version version) {
    server.otherwise(new Respond(Response.of(200, Content.ofSize(12_345))));
    try (Client client = version.connect(proxy)) {
      Answer answer = client.request("HEAD", "/").answer();
      assertThat(answer.field("content-length")).isEqualTo("12345");
      assertThat(answer.text()).isEmpty();
      assertThat(client.get("/").content().length()).isEqualTo(12_345);
    }
  }

  @ParameterizedTest
  @EnumSource
  void noContentHasNone(Version version) {
    server.otherwise(new Behaviour.Raw("HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", List.of()));
    try (Client client = version.connect(proxy)) {
      Answer answer = client.get("/");
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.values("content-length")).isEmpty();
      assertThat(answer.values("transfer-encoding")).isEmpty();
      assertThat(client.get("/").status()).isEqualTo(204);
    }
    assertThat(server.connections()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void notModifiedKeepsItsLength(Version version) {
    server.otherwise(
        new Behaviour.Raw(
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\nETag: \"x\"\r\n\r\n", List.of()));
    try (Client client = version.connect(proxy)) {
      Answer answer = client.get("/");
      assertThat(answer.status()).isEqualTo(304);
      assertThat(answer.field("content-length")).isEqualTo("100");
      assertThat(answer.field("etag")).isEqualTo("\"x\"");
      assertThat(client.get("/").status()).isEqualTo(304);
    }
  }

  @ParameterizedTest
  @EnumSource
  void contentThatEndsWithTheConnectionOfTheServer(Version version) {
    server.otherwise(new Respond(Response.of(200, "until the end").framed(Framing.CLOSE)));
    try (Client client = version.connect(proxy)) {
      Answer answer = client.get("/");
      assertThat(answer.text()).isEqualTo("until the end");
      assertThat(answer.field("transfer-encoding"))
          .isEqualTo(version == Version.H1 ? "chunked" : "");
      assertThat(client.get("/").text()).as("the client is kept").isEqualTo("until the end");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Connection: keep-alive\r\n"})
  void contentThatEndsWithTheConnectionOfTheServerForHttp10(String more) {
    server.otherwise(new Respond(Response.of(200, "until the end").framed(Framing.CLOSE)));
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET / HTTP/1.0\r\nHost: localhost\r\n" + more + "\r\n");
      Head head = client.readHead();
      assertThat(head.values("transfer-encoding")).isEmpty();
      assertThat(head.values("content-length")).isEmpty();
      assertThat(head.field("connection")).isEqualTo("close");
      assertThat(client.readToEnd()).isEqualTo("until the end");
    }
  }
}
