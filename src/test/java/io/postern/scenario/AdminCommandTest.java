package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ServerProcess;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line asks the process that runs, over TLS and with a token of its config. */
class AdminCommandTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir private Path directory;
  private final int admin = ServerProcess.freePort();
  private String file = "";
  private PosternProcess running = PosternProcess.start("version");

  @BeforeEach
  void start() throws Exception {
    running.awaitExit();
    CertificateAuthority authority = CertificateAuthority.create("Operators");
    authority.issue(KeyType.ECDSA, List.of("localhost")).writeTo(directory, "admin");
    authority.writeCa(directory.resolve("ca.pem"));
    Path written = directory.resolve("postern.yaml");
    file = written.toString();
    Files.writeString(
        written,
        """
            listeners:
              edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
            routes:
              - {name: fixed, match: {path: [/fixed]}, respond: {status: 204}}
              - {name: all, pool: app}
            pools:
              app: {servers: [{address: "127.0.0.1:1"}, {address: "127.0.0.1:2"}]}
            admin:
              bind: "127.0.0.1:%d"
              tls: {certificates: [{chain: admin.pem, key: admin.key}]}
              tokens:
                reads: {secret: %s}
                writes: {secret: %s, rights: write}
            process: {eventLoops: 1}
            """
            .formatted(admin, SECRET.replace('0', 'f'), SECRET));
    running = PosternProcess.start("run", "-c", file);
    running.awaitListener("edge");
  }

  @AfterEach
  void close() {
    running.close();
  }

  private List<String> says(int exit, String command, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(command, "-c", file));
    arguments.addAll(List.of(more));
    try (PosternProcess asks = PosternProcess.start(arguments.toArray(String[]::new))) {
      assertThat(asks.awaitExit()).as("%s", asks.errors()).isEqualTo(exit);
      return exit == 0 ? asks.output() : asks.errors();
    }
  }

  @Test
  void aServerIsDrainedAndComesBack() throws Exception {
    assertThat(says(0, "set", "app/127.0.0.1:1", "--state", "drain", "--for", "1h").get(1))
        .contains("app   127.0.0.1:1  drain", "set by writes from 127.0.0.1:");
    assertThat(says(0, "servers", "--state", "drain")).hasSize(2);
    assertThat(says(1, "set", "app/127.0.0.1:2", "--weight", "0"))
        .containsExactly("pool app would be left without a ready server (force to do it)");
    assertThat(says(0, "set", "app/127.0.0.1:1", "--reset").get(1)).contains("ready");
    assertThat(says(0, "explain", "--live", "--host", "localhost", "--path", "/x"))
        .contains("servers     127.0.0.1:1: may be picked, weight 100");
    String json = String.join("", says(0, "servers", "--pool", "app", "--json"));
    assertThat(new ObjectMapper().readTree(json).at("/servers/1/server").asText())
        .isEqualTo("127.0.0.1:2");
  }

  @Test
  void aPortThatIsNamedIsAskedWithATokenAndForItsName() throws Exception {
    Path token = Files.writeString(directory.resolve("token"), SECRET + "\n");
    Path ca = directory.resolve("ca.pem");
    String port = "https://localhost:" + admin;
    assertThat(
            says(
                0,
                "status",
                "--admin",
                port,
                "--token-file",
                token.toString(),
                "--ca",
                ca.toString()))
        .first()
        .asString()
        .startsWith("ready, version 1");
    assertThat(says(1, "status", "--admin", port, "--ca", ca.toString()))
        .containsExactly("a token is needed: Authorization: Bearer TOKEN");
    assertThat(says(1, "status", "--admin", port)).first().asString().contains("PKIX path");
  }
}
