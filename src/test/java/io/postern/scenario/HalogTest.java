package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ClientTls;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HAProxy's own reader of logs understands what Postern writes with {@code format: haproxy}. */
class HalogTest {

  private static final String HALOG = "/usr/sbin/halog";
  private static final int REQUESTS = 14;

  @TempDir private Path directory;

  @BeforeEach
  void requireHalog() {
    ServerProcess.assumeInstalled(HALOG, "haproxy");
  }

  @Test
  void agreesOnStatusesServersEndsAndTargets() throws Exception {
    int served;
    int refused;
    try (ScriptedServer server = ScriptedServer.start();
        ClosedPort closed = new ClosedPort()) {
      server.on("/broken", new Respond(Response.of(500, "no")));
      server.on("/gone", new Custom((request, wire) -> wire.end(End.CLOSE)));
      served = server.port();
      refused = closed.address().getPort();
      try (PosternProcess postern = PosternProcess.start("run", "-c", config(served, refused))) {
        ask(postern.awaitListener("edge"));
        postern.signal("TERM");
        assertThat(postern.awaitExit()).isZero();
      }
    }

    assertThat(halog("-st"))
        .containsExactly("200 8", "308 1", "400 1", "404 1", "500 1", "502 1", "503 1");
    assertThat(halog("-tc")).containsExactly("-- 9", "LR 1", "PR 2", "SC 1", "SH 1");
    assertThat(halog("-srv").stream().map(line -> line.replaceAll(" \\S+ \\S+ \\S+$", "")))
        .as("requests by class of status, all of them, and those that ended as they should")
        .containsExactlyInAnyOrder(
            "app/127.0.0.1:" + served + " 0 8 0 0 2 0 10 9",
            "down/127.0.0.1:" + refused + " 0 0 0 0 1 0 1 0",
            "edge/<NOSRV> 0 0 1 2 0 0 3 0");
    assertThat(targets())
        .containsExactlyInAnyOrder(
            "3 /a",
            "5 https://localhost/b",
            "1 /broken",
            "1 /gone",
            "1 /down",
            "1 /moved",
            "1 /nowhere",
            "1 \"<BADREQ>\"");
    assertThat(halog("-H", "-c")).containsExactly("" + REQUESTS);
  }

  private void ask(InetSocketAddress address) throws IOException {
    try (Caller h1 = Protocol.H1.connect(address, "localhost")) {
      for (int i = 0; i < 3; i++) {
        assertThat(h1.get("/a?n=" + i).answer().status()).isEqualTo(200);
      }
      assertThat(h1.get("/broken").answer().status()).isEqualTo(500);
      assertThat(h1.get("/gone").answer().status()).isEqualTo(502);
      assertThat(h1.get("/down").answer().status()).isEqualTo(503);
      assertThat(h1.get("/moved").answer().status()).isEqualTo(308);
      assertThat(h1.get("/nowhere").answer().status()).isEqualTo(404);
    }
    try (Caller h2 = Protocol.H2.connect(address, "localhost")) {
      for (int i = 0; i < 5; i++) {
        assertThat(h2.get("/b?n=" + i).answer().status()).isEqualTo(200);
      }
    }
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), "localhost", "http/1.1");
    try (RawClient client = RawClient.connect(address, tls)) {
      client.send("GET / of no version\r\n\r\n");
      assertThat(client.readAnswer().status()).isEqualTo(400);
    }
    Await.until("all lines", () -> Files.readAllLines(log()).size() == REQUESTS);
  }

  private String config(int server, int closed) {
    return ProxyUnderTest.write(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: down, match: {path: [/down]}, pool: down}
          - {name: moved, match: {path: [/moved]}, redirect: {location: /there}}
          - {name: rest, match: {path: [/a, /b, /broken, /gone]}, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
          down: {servers: [{address: "127.0.0.1:%d"}]}
        accessLog: {format: haproxy, to: file, file: access.log}
        process: {eventLoops: 1}
        shutdown: {announce: 0s, spread: 0s, drain: 5s}
        """
            .formatted(server, closed),
        directory);
  }

  private Path log() {
    return directory.resolve("access.log");
  }

  /** How often each target was asked for; halog leaves queries out. */
  private List<String> targets() throws Exception {
    List<String> targets = new ArrayList<>();
    for (String line : halog("-u")) {
      targets.add(line.substring(0, line.indexOf(' ')) + line.substring(line.lastIndexOf(' ')));
    }
    return targets;
  }

  /** What it says of the log, without headings. */
  private List<String> halog(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(HALOG));
    command.addAll(List.of(options));
    Path errors = directory.resolve("halog.err");
    Process halog =
        new ProcessBuilder(command)
            .redirectInput(log().toFile())
            .redirectError(errors.toFile())
            .start();
    List<String> said = halog.inputReader().lines().filter(line -> !line.startsWith("#")).toList();
    assertThat(halog.waitFor()).isZero();
    assertThat(Files.readString(errors)).doesNotContainPattern("[1-9]\\d* parsing errors");
    return said;
  }
}
