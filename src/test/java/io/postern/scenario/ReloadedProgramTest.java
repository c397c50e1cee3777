package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.postern.testkit.PosternProcess;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program is told to read its config again, or sees that it has changed. */
class ReloadedProgramTest {

  private static final String CONFIG =
      """
      listeners:
        plain: {bind: 127.0.0.1:0}
      routes:
        - {name: fixed, match: {path: [/fixed]}, respond: {status: 418, body: "tea"}}
        - {name: all, pool: app}
      pools:
        app: {servers: [{address: "127.0.0.1:@PORT@"}]}
      shutdown: {announce: 0s, spread: 0s}
      process: {eventLoops: 1, watchInterval: 1h}
      """;

  @TempDir private Path directory;

  @Test
  void sighupReadsTheConfigAgainAndSoDoesAChangeOfIt() throws IOException {
    assumeFalse(hangupsAreIgnored(), "run under nohup, which its children inherit");
    try (ScriptedServer server = ScriptedServer.start()) {
      Path file = directory.resolve("postern.yaml");
      String slow = CONFIG.replace("@PORT@", String.valueOf(server.port()));
      Files.writeString(file, slow);
      try (PosternProcess postern = PosternProcess.start("run", "-c", file.toString());
          RawClient client = RawClient.connect(postern.awaitListener("plain"))) {
        assertThat(client.get("/fixed", "localhost").status()).isEqualTo(418);
        Files.writeString(file, slow.replace("418", "419"));
        postern.signal("HUP");
        postern.awaitError("config version 2 runs from now on (SIGHUP): 1 differences");
        postern.awaitError("~ routes[fixed].respond.status: 418 -> 419");
        assertThat(client.get("/fixed", "localhost").status()).isEqualTo(419);
        Files.writeString(file, slow.replace("418", "nothing"));
        postern.signal("HUP");
        postern.awaitError("config refused (SIGHUP), version 2 runs on: 1 problems");
        postern.awaitError(file + ":");
        assertThat(client.get("/fixed", "localhost").status()).isEqualTo(419);
      }
      String quick = slow.replace("1h", "100ms");
      Files.writeString(file, quick);
      try (PosternProcess postern = PosternProcess.start("run", "-c", file.toString());
          RawClient client = RawClient.connect(postern.awaitListener("plain"))) {
        Files.writeString(file, quick.replace("418", "420"));
        postern.awaitError("config version 2 runs from now on (" + file + " has changed)");
        assertThat(client.get("/fixed", "localhost").status()).isEqualTo(420);
      }
    }
  }

  @Test
  void commandsAskItAndHaveItReload() throws IOException {
    try (ScriptedServer server = ScriptedServer.start()) {
      Path file = directory.resolve("postern.yaml");
      String before =
          CONFIG.replace("@PORT@", String.valueOf(server.port()))
              + "admin: {bind: \"127.0.0.1:0\"}\n";
      Files.writeString(file, before);
      try (PosternProcess postern = PosternProcess.start("run", "-c", file.toString())) {
        InetSocketAddress at = postern.awaitListener("admin");
        String admin = "127.0.0.1:" + at.getPort();
        assertThat(said(0, "status", "--admin", admin))
            .contains("ready, version 1 of the config since", "pool app: 1 of 1 servers ready");
        Files.writeString(file, before.replace("418", "419"));
        assertThat(said(0, "reload", "--dry-run", "--admin", admin))
            .contains("this was a trial", "~ routes[fixed].respond.status: 418 -> 419");
        assertThat(said(0, "reload", "--json", "--admin", admin)).contains("\"version\":2");
        assertThat(said(0, "rollback", "--admin", admin)).contains("version 3 runs from now on");
        Files.writeString(file, before.replace("418", "nothing"));
        assertThat(said(1, "reload", "--admin", admin)).contains("refused: version 3 runs on");
        assertThat(said(1, "reload", "-c", file.toString())).contains("routes[0].respond.status");
      }
    }
  }

  /** What a command says on both of its outputs. */
  private static String said(int exit, String... command) {
    try (PosternProcess postern = PosternProcess.start(command)) {
      assertThat(postern.awaitExit()).isEqualTo(exit);
      return String.join("\n", postern.output()) + "\n" + String.join("\n", postern.errors());
    }
  }

  private static boolean hangupsAreIgnored() throws IOException {
    String mask =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow()
            .substring("SigIgn:".length())
            .strip();
    return (Long.parseUnsignedLong(mask, 16) & 1) != 0; // SIGHUP is signal 1
  }
}
