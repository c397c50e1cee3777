package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as an operator runs it: its ready line, its log, its signals, its exit codes. */
class ProgramTest {

  private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Test CA");

  @TempDir private Path directory;

  private String config(ScriptedServer server, String accessLog, String shutdown) {
    try {
      AUTHORITY.issue(KeyType.ECDSA, List.of("localhost")).writeTo(directory, "server");
      Path file = directory.resolve("postern.yaml");
      Files.writeString(
          file,
          """
          listeners:
            edge:
              bind: 127.0.0.1:0
              tls: {certificates: [{chain: server.pem, key: server.key}]}
            plain: {bind: 127.0.0.1:0}
          routes:
            - {name: fixed, match: {path: [/fixed]}, respond: {status: 418, body: "tea"}}
            - {name: all, pool: app}
          pools:
            app: {servers: [{address: "127.0.0.1:%d"}]}
          accessLog: {%s}
          shutdown: {%s}
          process: {eventLoops: 1}
          """
              .formatted(server.port(), accessLog, shutdown));
      return file.toString();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static JsonNode json(String line) throws IOException {
    return new ObjectMapper().readTree(line);
  }

  @Test
  void writesOneLineOfJsonForEachExchange() throws IOException {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, Content.text("hello"))));
        PosternProcess postern =
            PosternProcess.start("run", "-c", config(server, "", "announce: 0s, spread: 0s"))) {
      String ready = postern.awaitError("postern ready");
      assertThat(ready)
          .matches(
              "postern ready: edge 127\\.0\\.0\\.1:\\d+, plain 127\\.0\\.0\\.1:\\d+"
                  + " \\(1 event loops, (io_uring|epoll|nio)\\)");
      ClientTls tls = ClientTls.of(AUTHORITY.caCertificate(), "localhost", "http/1.1");
      RawClient h1 = RawClient.connect(postern.awaitListener("edge"), tls);
      h1.send("POST /a?b=c HTTP/1.1\r\nHost: LOCALHOST\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(h1.readAnswer().text()).isEqualTo("hello");
      isTheUpload(json(postern.awaitOutput(0)), h1, server);
      h1.close();
      RawClient plain = RawClient.connect(postern.awaitListener("plain"));
      assertThat(plain.get("/fixed", "localhost").status()).isEqualTo(418);
      isTheFixedResponse(json(postern.awaitOutput(1)));
      plain.close();
      ClientTls h2 = ClientTls.of(AUTHORITY.caCertificate(), "localhost", "h2");
      try (H2Client client = H2Client.connect(postern.awaitListener("edge"), h2)) {
        assertThat(client.get("localhost", "/two").answer().text()).isEqualTo("hello");
        assertThat(json(postern.awaitOutput(2)).get("protocol").asText()).isEqualTo("HTTP/2");
      }
      postern.signal("TERM");
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.output()).hasSize(3);
    }
  }

  private static void isTheUpload(JsonNode line, RawClient client, ScriptedServer server) {
    hasAllFields(line);
    assertThat(Instant.parse(line.get("time").asText())).isBefore(Instant.now().plusSeconds(1));
    Map<String, String> told =
        Map.ofEntries(
            Map.entry("client", "127.0.0.1"),
            Map.entry("clientPort", "" + client.local().getPort()),
            Map.entry("listener", "edge"),
            Map.entry("sni", "localhost"),
            Map.entry("tlsVersion", "TLSv1.3"),
            Map.entry("tlsCipher", client.session().getCipherSuite()),
            Map.entry("protocol", "HTTP/1.1"),
            Map.entry("method", "POST"),
            Map.entry("authority", "LOCALHOST"),
            Map.entry("path", "/a?b=c"),
            Map.entry("status", "200"),
            Map.entry("bytesReceived", "3"),
            Map.entry("bytesSent", "5"),
            Map.entry("route", "all"),
            Map.entry("pool", "app"),
            Map.entry("server", Ended.label(server.address())),
            Map.entry("attempts", "1"),
            Map.entry("termination", "--"));
    assertThat(line.get("requestId").asText()).matches("[0-9a-f]{32}");
    told.forEach((name, value) -> assertThat(line.get(name).asText()).as(name).isEqualTo(value));
    for (String timer : List.of("Tq", "Tw", "Tc", "Tr", "Td", "Ta")) {
      assertThat(line.get(timer).asInt()).as(timer).isBetween(0, 60_000);
    }
  }

  private static void hasAllFields(JsonNode line) {
    assertThat(line.fieldNames())
        .toIterable()
        .containsExactly(
            "time",
            "client",
            "clientPort",
            "listener",
            "sni",
            "tlsVersion",
            "tlsCipher",
            "tlsGroup",
            "ja4",
            "requestId",
            "protocol",
            "method",
            "authority",
            "path",
            "status",
            "bytesReceived",
            "bytesSent",
            "route",
            "pool",
            "server",
            "attempts",
            "Tq",
            "Tw",
            "Tc",
            "Tr",
            "Td",
            "Ta",
            "termination");
  }

  private static void isTheFixedResponse(JsonNode line) {
    assertThat(line.get("listener").asText()).isEqualTo("plain");
    for (String absent : List.of("sni", "tlsVersion", "ja4", "server")) {
      assertThat(line.has(absent)).as(absent).isFalse();
    }
    assertThat(line.get("status").asInt()).isEqualTo(418);
    assertThat(line.get("route").asText()).isEqualTo("fixed");
    assertThat(line.get("attempts").asInt()).isZero();
    assertThat(line.get("Tc").asInt()).isEqualTo(-1);
    assertThat(line.get("termination").asText()).isEqualTo("LR");
  }

  @Test
  void opensItsLogAnewOnSigusr1() throws IOException {
    Path log = directory.resolve("access.log");
    Path old = directory.resolve("access.log.1");
    try (ScriptedServer server = ScriptedServer.start();
        PosternProcess postern =
            PosternProcess.start(
                "run",
                "-c",
                config(server, "to: file, file: access.log", "announce: 0s, spread: 0s"));
        RawClient client = RawClient.connect(postern.awaitListener("plain"))) {
      assertThat(client.get("/1", "localhost").status()).isEqualTo(200);
      Await.until("the first line", () -> Files.readAllLines(log).size() == 1);
      Files.move(log, old);
      postern.signal("USR1");
      Await.until("a new file", () -> Files.exists(log));
      assertThat(client.get("/2", "localhost").status()).isEqualTo(200);
      Await.until("the second line", () -> Files.readAllLines(log).size() == 1);
      assertThat(json(Files.readAllLines(old).getFirst()).get("path").asText()).isEqualTo("/1");
      assertThat(json(Files.readAllLines(log).getFirst()).get("path").asText()).isEqualTo("/2");
      assertThat(Files.readAllLines(old)).hasSize(1);
    }
  }

  private static void awaitRefusing(PosternProcess postern) {
    InetSocketAddress at = postern.awaitListener("plain");
    Await.until(
        "the drain refuses new connections",
        () -> {
          try (Socket socket = new Socket(at.getAddress(), at.getPort())) {
            return !socket.isConnected();
          } catch (IOException refused) {
            return true;
          }
        });
  }

  @Test
  void drainsOnSigtermAndExitsWith0() {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "whole")));
    try (ScriptedServer server = ScriptedServer.start(held);
        PosternProcess postern =
            PosternProcess.start(
                "run", "-c", config(server, "", "announce: 0s, spread: 0s, drain: 60s"));
        RawClient client = RawClient.connect(postern.awaitListener("plain"))) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      gate.awaitWaiting();
      postern.signal("TERM");
      awaitRefusing(postern);
      gate.open();
      assertThat(client.readAnswer().text()).isEqualTo("whole");
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.output()).hasSize(1);
    }
  }

  @Test
  void aDrainWhoseTimeRunsOutExitsWith0Too() throws IOException {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "late")));
    try (ScriptedServer server = ScriptedServer.start(held);
        PosternProcess postern =
            PosternProcess.start(
                "run", "-c", config(server, "", "announce: 0s, spread: 0s, drain: 100ms"));
        RawClient client = RawClient.connect(postern.awaitListener("plain"))) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      gate.awaitWaiting();
      postern.signal("TERM");
      assertThat(client.readAnswer().status()).isEqualTo(503);
      assertThat(postern.awaitExit()).isZero();
      assertThat(json(postern.output().getFirst()).get("termination").asText()).isEqualTo("KH");
      gate.open();
    }
  }

  @Test
  void aSecondSigtermStopsWith143() throws IOException {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "late")));
    try (ScriptedServer server = ScriptedServer.start(held);
        PosternProcess postern =
            PosternProcess.start(
                "run", "-c", config(server, "", "announce: 0s, spread: 0s, drain: 1h"));
        RawClient client = RawClient.connect(postern.awaitListener("plain"))) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      gate.awaitWaiting();
      postern.signal("TERM");
      awaitRefusing(postern);
      postern.signal("TERM");
      assertThat(postern.awaitExit()).isEqualTo(143);
      assertThat(json(postern.output().getFirst()).get("termination").asText()).isEqualTo("KH");
      gate.open();
    }
  }

  @Test
  void warmSaysThatNothingWouldBeRecorded() {
    try (PosternProcess postern = PosternProcess.start("warm")) {
      assertThat(postern.awaitExit()).isEqualTo(2);
      assertThat(postern.errors()).anyMatch(line -> line.contains("nothing would be recorded"));
    }
  }

  @Test
  void warmFailsWhereNoRequestWasServed() {
    // The flag that it asks for, less the recording, which would take most of the test's time.
    String record = "-XX:AOTCacheOutput=" + directory.resolve("postern.aot") + " -XX:AOTMode=off";
    try (PosternProcess postern =
        PosternProcess.start(Map.of("JDK_JAVA_OPTIONS", record), "warm", "--seconds", "0")) {
      assertThat(postern.awaitExit()).isEqualTo(1);
      assertThat(postern.errors()).anyMatch(line -> line.contains("no request was served"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "check", "explain", "warm", "health"})
  void eachCommandSaysHowItIsCalled(String command) {
    try (PosternProcess postern = PosternProcess.start(command, "--help")) {
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.output()).anyMatch(line -> line.startsWith("Usage: postern " + command));
    }
  }

  @Test
  void saysWhatIsWrongWithAConfig() throws IOException {
    Path file = directory.resolve("bad.yaml");
    Files.writeString(
        file,
        """
        listeners:
          edge: {bnd: 127.0.0.1:0}
        routes:
          - {name: all, pool: nowhere}
        pools:
          app: {servers: [{address: "127.0.0.1:1"}], idle: soon}
        """);
    for (String command : List.of("check", "run")) {
      try (PosternProcess postern = PosternProcess.start(command, "-c", file.toString())) {
        assertThat(postern.awaitExit()).isEqualTo(1);
        assertThat(postern.output()).isEmpty();
        assertThat(postern.errors())
            .anyMatch(line -> line.matches(".*bad\\.yaml:2:10: listeners\\.edge\\.bnd: .*bind.*"))
            .anyMatch(line -> line.matches(".*bad\\.yaml:4:\\d+: routes\\[0]\\.pool: .*nowhere.*"))
            .anyMatch(line -> line.matches(".*bad\\.yaml:6:\\d+: pools\\.app\\.idle: .*soon.*"))
            .noneMatch(line -> line.contains("postern ready") || line.contains("\tat "));
      }
    }
  }

  @Test
  void checksAGoodConfig() {
    try (ScriptedServer server = ScriptedServer.start()) {
      String file = config(server, "", "");
      try (PosternProcess postern = PosternProcess.start("check", "-c", file)) {
        assertThat(postern.awaitExit()).isZero();
        assertThat(postern.output()).containsExactly(file + ": ok");
      }
      assertThat(server.connections()).isEmpty();
    }
  }

  @Test
  void saysThatAFileIsMissingOrAnAddressTaken() throws IOException {
    try (PosternProcess postern = PosternProcess.start("run", "-c", "/no/such/file.yaml")) {
      assertThat(postern.awaitExit()).isEqualTo(1);
      assertThat(postern.errors()).anyMatch(line -> line.contains("/no/such/file.yaml"));
    }
    try (ScriptedServer server = ScriptedServer.start()) {
      Path file = Path.of(config(server, "", ""));
      String taken = "127.0.0.1:" + server.port();
      Files.writeString(file, Files.readString(file).replaceFirst("127.0.0.1:0", taken));
      try (PosternProcess postern = PosternProcess.start("run", "-c", file.toString())) {
        assertThat(postern.awaitExit()).isEqualTo(1);
        assertThat(postern.errors())
            .anyMatch(line -> line.startsWith("postern: listener edge cannot bind " + taken));
      }
    }
  }

  @Test
  void printsItsSchemaAndItsVersion() throws IOException {
    try (PosternProcess schema = PosternProcess.start("schema");
        PosternProcess version = PosternProcess.start("version");
        PosternProcess misused = PosternProcess.start("fly")) {
      assertThat(schema.awaitExit()).isZero();
      assertThat(json(String.join("\n", schema.output())).has("$schema")).isTrue();
      assertThat(version.awaitExit()).isZero();
      assertThat(version.output()).hasSize(1);
      assertThat(version.output().getFirst()).startsWith("postern ").contains("java 25");
      assertThat(misused.awaitExit()).isEqualTo(2);
    }
  }
}
