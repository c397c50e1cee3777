package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.PosternProcess;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code postern check} says what is likely not meant, with a code, and refuses it if asked to. */
class StrictCheckTest {

  private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Test CA");

  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void issue() throws IOException {
    file = directory.resolve("postern.yaml");
    AUTHORITY.issue(KeyType.ECDSA, List.of("a.example.com")).writeTo(directory, "a");
    AUTHORITY.issue(KeyType.ECDSA, List.of("b.example.com")).writeTo(directory, "b");
    AUTHORITY.issue(KeyType.ECDSA, List.of("c.sub.example.com")).writeTo(directory, "c");
  }

  private String config(String routes) throws IOException {
    Files.writeString(
        file,
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls:
              certificates:
                - {chain: a.pem, key: a.key}
                - {chain: b.pem, key: b.key}
                - {chain: c.pem, key: c.key}
        routes:
        """
            + routes
            + "pools: {app: {servers: [{address: \"127.0.0.1:1\"}]}}\n");
    return file.toString();
  }

  @Test
  void aCertificateThatNoRouteHasAHostForIsWarnedOf() throws IOException {
    String config =
        config("  - {name: a, match: {hosts: [a.example.com, c.sub.example.com]}, pool: app}\n");
    try (PosternProcess postern = PosternProcess.start("check", "-c", config)) {
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.output()).containsExactly(config + ": ok");
      assertThat(postern.errors())
          .singleElement()
          .asString()
          .startsWith("warning: " + config + ":7:19: ")
          .contains("b.pem (b.example.com): no route has a host that it is for")
          .endsWith("[unused-certificate]");
    }
    try (PosternProcess postern = PosternProcess.start("check", "--strict", "-c", config)) {
      assertThat(postern.awaitExit()).isEqualTo(1);
      assertThat(postern.output()).isEmpty();
      assertThat(postern.errors())
          .hasSize(2)
          .last()
          .isEqualTo(config + ": 1 warning, which --strict refuses");
    }
  }

  @Test
  void aConfigWithoutWarningsPassesStrictly() throws IOException {
    String config =
        config(
            """
              - {name: a, match: {hosts: [a.example.com, b.example.com]}, pool: app}
              - {name: c, match: {hosts: [c.sub.example.com]}, pool: app}
            """);
    try (PosternProcess postern = PosternProcess.start("check", "--strict", "-c", config)) {
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.errors()).isEmpty();
    }
  }

  @Test
  void aRouteThatGetsNothingForOneOfItsHostsIsWarnedOf() throws IOException {
    String config =
        config(
            """
              - {name: first, match: {hosts: [a.example.com]}, pool: app}
              - {name: all, match: {hosts: [b.example.com, a.example.com, c.sub.example.com]}, pool: app}
            """);
    try (PosternProcess postern = PosternProcess.start("check", "--strict", "-c", config)) {
      assertThat(postern.awaitExit()).isEqualTo(1);
      assertThat(postern.errors())
          .first()
          .asString()
          .contains(":11:48: routes[1].match.hosts[1]: `first` (line 10) takes all requests for it")
          .endsWith("[shadowed-route]");
    }
  }
}
