package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code postern health}, as a container's HEALTHCHECK runs it. */
class HealthCommandTest {

  @TempDir private Path directory;

  private PosternProcess ask(String health) throws IOException {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(
        file,
        """
        listeners:
          plain: {bind: 127.0.0.1:0}
        routes:
          - {name: all, respond: {status: 204}}
        %s
        """
            .formatted(health));
    return PosternProcess.start("health", "-c", file.toString());
  }

  private static String at(int port) {
    return "health: {bind: \"0.0.0.0:%d\", path: /ready}".formatted(port);
  }

  @Test
  void exitsWith0WhereTheProcessIsReady() throws IOException {
    try (ScriptedServer server = ScriptedServer.start(new Respond(Response.of(200, "ready\n")));
        PosternProcess health = ask(at(server.port()))) {
      assertThat(health.awaitExit()).isZero();
      assertThat(health.output()).hasSize(1).first().asString().startsWith("HTTP/1.1 200");
      assertThat(server.requests()).singleElement().extracting(Request::target).isEqualTo("/ready");
    }
  }

  @Test
  void exitsWith1WhereItIsNot() throws IOException {
    try (ScriptedServer server = ScriptedServer.start(new Respond(Response.of(503, "draining\n")));
        PosternProcess health = ask(at(server.port()))) {
      assertThat(health.awaitExit()).isEqualTo(1);
      assertThat(health.output()).hasSize(1).first().asString().startsWith("HTTP/1.1 503");
    }
  }

  @Test
  void exitsWith1WhereNobodyCanBeAsked() throws IOException {
    try (ClosedPort closed = new ClosedPort();
        PosternProcess refused = ask(at(closed.address().getPort()))) {
      assertThat(refused.awaitExit()).isEqualTo(1);
      assertThat(refused.errors()).singleElement().asString().contains("refused");
    }
    try (PosternProcess unset = ask("")) {
      assertThat(unset.awaitExit()).isEqualTo(1);
      assertThat(unset.errors()).singleElement().asString().contains("no `health`");
    }
  }
}
