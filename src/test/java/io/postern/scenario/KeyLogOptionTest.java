package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.OpensslClient;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code postern run --tls-key-log}, as whoever debugs calls it. */
class KeyLogOptionTest {

  @TempDir private Path dir;
  private String config;

  @BeforeEach
  void write() {
    config =
        ProxyUnderTest.write(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: all, respond: {body: ok}}
            shutdown: {announce: 0s, spread: 0s}
            process: {eventLoops: 1}
            """,
            dir);
  }

  private PosternProcess run(Map<String, String> environment, String... options) {
    List<String> all = new ArrayList<>(List.of("run", "-c", config));
    all.addAll(List.of(options));
    return PosternProcess.start(environment, all.toArray(String[]::new));
  }

  private static String in(Duration time) {
    return InstantSource.system().instant().plus(time).toString();
  }

  private String[] logging(Duration time) {
    return new String[] {
      "--tls-key-log", dir.resolve("keys").toString(), "--tls-key-log-until", in(time)
    };
  }

  @Test
  void whoDebugsGetsTheSecretsOfASession() throws IOException {
    Path own = dir.resolve("of-client");
    try (PosternProcess postern = run(Map.of(), logging(Duration.ofMinutes(15)))) {
      assertThat(
              OpensslClient.ask(
                  postern.awaitListener("edge"),
                  "localhost",
                  "-tls1_3",
                  "-keylogfile",
                  own.toString()))
          .contains("HTTP/1.1 200");
      assertThat(postern.awaitError("WARN"))
          .contains("the secrets of all TLS connections are written to " + dir.resolve("keys"));
      assertThat(Files.readAllLines(dir.resolve("keys")))
          .containsAll(
              Files.readAllLines(own).stream().filter(line -> !line.startsWith("#")).toList());
      postern.signal("TERM");
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.errors()).anyMatch(line -> line.contains("ended: the process ends"));
    }
  }

  /** A service that is started again by the same command line has to come up. */
  @Test
  void anEndThatIsPastLogsNothing() {
    try (PosternProcess postern = run(Map.of(), logging(Duration.ofMinutes(-1)))) {
      assertThat(OpensslClient.ask(postern.awaitListener("edge"), "localhost"))
          .contains("HTTP/1.1 200");
      assertThat(postern.awaitError("warning: --tls-key-log ended at ")).contains("nothing");
      assertThat(dir.resolve("keys")).doesNotExist();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --tls-key-log keys                                        | Missing required argument(s): --tls-key-log-until=INSTANT
          --tls-key-log-until 2026-07-29T15:30:00Z                  | Missing required argument(s): --tls-key-log=FILE
          --tls-key-log keys --tls-key-log-until 15m                | Invalid value for option '--tls-key-log-until'
          --tls-key-log keys --tls-key-log-until 9999-01-01T00:00:00Z | it is more than 24 hours ahead
          """)
  void whatCannotBeMeantIsAMisuse(String options, String said) {
    try (PosternProcess postern = run(Map.of(), options.split(" "))) {
      assertThat(postern.awaitExit()).isEqualTo(2);
      assertThat(postern.errors()).anyMatch(line -> line.contains(said));
      assertThat(postern.errors()).noneMatch(line -> line.contains("postern ready"));
    }
  }

  @Test
  void aFileThatCannotBeOpenedKeepsItFromStarting() {
    String file = dir.resolve("none/keys").toString();
    String[] options = {"--tls-key-log", file, "--tls-key-log-until", in(Duration.ofMinutes(15))};
    try (PosternProcess postern = run(Map.of(), options)) {
      assertThat(postern.awaitExit()).isEqualTo(1);
      assertThat(postern.errors())
          .contains(
              "postern: the TLS key log " + file + " cannot be opened: there is no such directory");
    }
  }

  @Test
  void soDoesTheTlsOfTheJdk() {
    Map<String, String> jdk = Map.of("JDK_JAVA_OPTIONS", "-Dio.netty.handler.ssl.noOpenSsl=true");
    try (PosternProcess postern = run(jdk, logging(Duration.ofMinutes(15)))) {
      assertThat(postern.awaitExit()).isEqualTo(1);
      assertThat(postern.errors())
          .contains("postern: a TLS key log needs BoringSSL, which does not load here");
    }
  }
}
