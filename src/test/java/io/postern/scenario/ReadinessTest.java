package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.FullPort;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ready is when every server was checked once; it serves before that. */
class ReadinessTest {

  @TempDir private Path directory;

  @Test
  void isReadyAtOnceWithoutChecks() {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address())) {
      assertThat(proxy.runtime().ready().isDone()).isTrue();
    }
  }

  @Test
  void servesBeforeTheFirstRoundAndIsReadyAfterIt() {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "")));
    try (LogLines log = LogLines.of("io.postern.health");
        ScriptedServer one = ScriptedServer.start().on("/healthz", held);
        ScriptedServer other = ScriptedServer.start().on("/healthz", held);
        ProxyUnderTest proxy =
            Checked.to(2, "type: http, timeout: 5s", one.address(), other.address());
        Caller client = Protocol.H2.connect(proxy)) {
      one.awaitRequest(0);
      other.awaitRequest(0);
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      CompletableFuture<Void> ready = proxy.runtime().ready();
      gate.letPass(1);
      Await.until(
          "one check",
          () -> proxy.server("app", 0).checksPassed() + proxy.server("app", 1).checksPassed() == 1);
      assertThat(proxy.runtime().ready().isDone()).isFalse();
      gate.letPass(1);
      Await.result("ready", ready);
      assertThat(proxy.runtime().ready().isDone()).isTrue();
      assertThat(log.about("failed")).isEmpty();
    }
  }

  @Test
  void isReadyWhenTheLastCheckHasTimedOut() {
    try (FullPort full = new FullPort();
        ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy =
            Checked.to("type: http, timeout: 1s", full.address(), server.address())) {
      Await.result("ready", proxy.runtime().ready());
      assertThat(proxy.server("app", 0).isUp()).isFalse();
      assertThat(proxy.server("app", 1).isUp()).isTrue();
    }
  }

  @Test
  void aProxyThatIsClosedBeforeIsNeverReady() {
    Gate gate = new Gate();
    try (ScriptedServer server =
        ScriptedServer.start().on("/healthz", new Hold(gate, new Respond(Response.of(200, ""))))) {
      ProxyUnderTest proxy = Checked.to("type: http, timeout: 5m", server.address());
      server.awaitRequest(0);
      proxy.close();
      assertThat(proxy.runtime().ready().isDone()).isFalse();
      gate.open();
      assertThat(server.awaitConnection(0).ending()).isNotNull();
    }
  }

  private PosternProcess program(ScriptedServer server) throws IOException {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(
        file,
        """
        listeners:
          plain: {bind: 127.0.0.1:0}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            servers: [{address: "127.0.0.1:%d"}]
            health: {active: {type: http, timeout: 5m}}
        shutdown: {announce: 0s, spread: 0s, drain: 1s}
        """
            .formatted(server.port()));
    return PosternProcess.start("run", "-c", file.toString());
  }

  @Test
  void theReadyLineWaitsForTheFirstRound() throws IOException {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/healthz", new Hold(gate, new Respond(Response.of(200, ""))));
        PosternProcess postern = program(server)) {
      server.awaitRequest(0);
      assertThat(postern.errors()).noneMatch(line -> line.contains("postern ready"));
      gate.open();
      postern.awaitListener("plain");
      postern.signal("TERM");
      assertThat(postern.awaitExit()).isZero();
    }
  }

  @Test
  void aProgramThatEndsBeforeIsNeverReady() throws IOException {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/healthz", new Hold(gate, new Respond(Response.of(200, ""))));
        PosternProcess postern = program(server)) {
      server.awaitRequest(0);
      postern.signal("TERM");
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.errors()).noneMatch(line -> line.contains("postern ready"));
    }
  }
}
