package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a route says where a request comes to nothing. */
class ErrorPagesTest {

  private static final String YAML =
      """
      listeners:
        edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
      routes:
        - name: down
          match: {pathPrefix: [/down]}
          pool: down
          requestBody: {limit: 4B}
          errorPages:
            - {statuses: "413", contentType: "text/plain ", body: "too much"}
            - {statuses: 5xx, file: "@FILE@"}
            - {statuses: "503", body: never}
        - {name: app, match: {pathPrefix: [/app]}, pool: app, errorPages: [{statuses: 5xx, body: ours}]}
        - {name: plain, match: {pathPrefix: [/plain]}, pool: down}
      pools:
        down: {servers: [{address: "127.0.0.1:%d"}]}
        app: {servers: [{address: "127.0.0.1:%d"}]}
      process: {eventLoops: 1}
      """;

  @TempDir private Path directory;
  private final ScriptedServer server = ScriptedServer.start();
  private final ClosedPort closed = new ClosedPort();
  private String yaml = YAML;

  @BeforeEach
  void write() throws IOException {
    Path file = Files.writeString(directory.resolve("page.html"), "<h1>Back soon — later</h1>");
    yaml =
        YAML.formatted(closed.address().getPort(), server.port())
            .replace("@FILE@", file.toString());
  }

  @AfterEach
  void close() {
    closed.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void inPlaceOfPosternsWords(Version version) {
    try (ProxyUnderTest proxy = ProxyUnderTest.start(yaml);
        Client client = version.connect(proxy)) {
      Answer answer = client.get("/down");
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.values("content-type")).containsExactly("text/html; charset=utf-8");
      assertThat(answer.field("content-length")).isEqualTo("28");
      assertThat(answer.field("cache-control")).isEqualTo("no-store");
      assertThat(proxy.record().bytesSent).isEqualTo(28);
      Answer head = client.request("HEAD", "/down").answer();
      assertThat(head.field("content-length")).isEqualTo("28");
      assertThat(head.text()).isEmpty();
      assertThat(client.get("/plain").text()).startsWith("server-refused");
      assertThat(client.get("/nowhere").text()).startsWith("no-route");
    }
  }

  @ParameterizedTest
  @EnumSource
  void forTheStatusItNames(Version version) {
    try (ProxyUnderTest proxy = ProxyUnderTest.start(yaml);
        Client client = version.connect(proxy)) {
      Answer answer = client.start("PUT", "/down", "content-length", "5").answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.field("content-type")).isEqualTo("text/plain");
      assertThat(answer.text()).isEqualTo("too much");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatServersAnswerIsTheirs(Version version) {
    server.otherwise(new Respond(Response.of(502, "theirs")));
    try (ProxyUnderTest proxy = ProxyUnderTest.start(yaml);
        Client client = version.connect(proxy)) {
      assertThat(client.get("/app").text()).isEqualTo("theirs");
    }
  }

  @Test
  void grpcCallsHaveTheirStatus() {
    try (ProxyUnderTest proxy = ProxyUnderTest.start(yaml);
        Client client = Version.H2.connect(proxy)) {
      String[] grpc = {"content-type", "application/grpc", "te", "trailers"};
      Answer answer = client.request("POST", "/down", grpc).answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.field("grpc-status")).isEqualTo("14");
      assertThat(answer.text()).isEmpty();
    }
  }

  @Test
  void filesThatAreNotInOrderAreProblems() throws IOException {
    Path large = Files.write(directory.resolve("page.html"), new byte[(1 << 20) + 1]);
    assertThat(ProxyUnderTest.problems(yaml))
        .singleElement()
        .asString()
        .contains("errorPages[1].file: has more than 1 MiB");
    Files.delete(large);
    assertThat(ProxyUnderTest.problems(yaml))
        .singleElement()
        .asString()
        .contains("errorPages[1].file: cannot be read: NoSuchFileException");
  }
}
