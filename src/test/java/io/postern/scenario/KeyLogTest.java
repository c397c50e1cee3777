package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.LogLines;
import io.postern.testkit.OpensslClient;
import io.postern.testkit.OpensslServer;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Scrape;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyLog;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The secrets that are logged are those that OpenSSL logs on the other side. */
class KeyLogTest {

  private static final String EDGE = "edge.example.test";

  @TempDir private Path dir;
  private final CertificateAuthority edge = CertificateAuthority.create("Edge CA");
  private final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant());
  private Path file;
  private KeyLog keyLog;
  private LogLines log;

  @BeforeEach
  void open() throws IOException {
    file = dir.resolve("keys");
    log = LogLines.of("io.postern.tls");
    keyLog =
        KeyLog.open(file, now().plus(Duration.ofHours(1)), () -> Objects.requireNonNull(now.get()));
    edge.issue(KeyType.ECDSA, List.of(EDGE)).writeTo(dir, "edge");
    TlsPool.issued("localhost").writeTo(dir, "server");
    TlsPool.AUTHORITY.writeCa(dir.resolve("ca.pem"));
  }

  @AfterEach
  void close() {
    keyLog.close();
    log.close();
  }

  private Instant now() {
    return Objects.requireNonNull(now.get());
  }

  private OpensslServer server(String version) {
    return OpensslServer.start(
        dir, version, "-cert", "server.pem", "-key", "server.key", "-keylogfile", "of-server");
  }

  private ProxyUnderTest proxy(int port) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [{chain: %1$s/edge.pem, key: %1$s/edge.key}]}
        routes:
          - {name: all, pool: app, timeouts: {connect: 20s}}
        pools:
          app: {tls: {trust: %1$s/ca.pem}, servers: [{address: "localhost:%2$d"}]}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1, watchInterval: 100ms}
        """
            .formatted(dir, port),
        keyLog);
  }

  /** Asks for the server's page, by a new connection on either side. */
  private void ask(ProxyUnderTest proxy, String version) throws IOException {
    String own = dir.resolve("of-client").toString();
    assertThat(OpensslClient.ask(proxy.address(), EDGE, version, "-keylogfile", own))
        .contains("HTTP/1.1 200");
  }

  private List<String> told() throws IOException {
    return Files.readAllLines(file);
  }

  private List<String> toldBy(String peer) throws IOException {
    return Files.readAllLines(dir.resolve(peer)).stream()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  private static long active(ProxyUnderTest proxy) {
    return Scrape.of(proxy.admin()).value("postern_tls_key_log_active");
  }

  @ParameterizedTest
  @CsvSource({"-tls1_2, CLIENT_RANDOM", "-tls1_3, SERVER_TRAFFIC_SECRET_0"})
  void bothSidesAreInIt(String version, String label) throws IOException {
    try (OpensslServer server = server(version);
        ProxyUnderTest proxy = proxy(server.port())) {
      ask(proxy, version);
      assertThat(toldBy("of-client")).anyMatch(line -> line.startsWith(label + " "));
      assertThat(toldBy("of-server")).anyMatch(line -> line.startsWith(label + " "));
      assertThat(told())
          .allMatch(line -> line.matches("[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{64,96}"))
          .containsAll(toldBy("of-client"))
          .containsAll(toldBy("of-server"));
      assertThat(active(proxy)).isEqualTo(1);
    }
  }

  @Test
  void itGoesOnWhenCertificatesChange() throws IOException {
    try (OpensslServer server = server("-tls1_3");
        ProxyUnderTest proxy = proxy(server.port())) {
      ask(proxy, "-tls1_3");
      edge.issue(KeyType.ECDSA, List.of(EDGE)).writeTo(dir, "edge");
      edge.writeCa(dir.resolve("other.pem"));
      Files.writeString(
          dir.resolve("ca.pem"),
          Files.readString(dir.resolve("ca.pem")) + Files.readString(dir.resolve("other.pem")));
      log.await("is served from now on", 1);
      log.await("from now on its servers are verified by", 1);
      int before = toldBy("of-server").size();
      ask(proxy, "-tls1_3");
      assertThat(toldBy("of-server")).hasSizeGreaterThan(before);
      assertThat(told()).containsAll(toldBy("of-client")).containsAll(toldBy("of-server"));
    }
  }

  @Test
  void afterItsEndNothingIsWritten() throws IOException {
    try (OpensslServer server = server("-tls1_3");
        ProxyUnderTest proxy = proxy(server.port())) {
      ask(proxy, "-tls1_3");
      List<String> before = told();
      assertThat(before).isNotEmpty();
      now.set(now().plus(Duration.ofHours(1)));
      ask(proxy, "-tls1_3");
      assertThat(told()).isEqualTo(before);
      log.await("the TLS key log " + file + " has ended: its time is over", 1);
      assertThat(active(proxy)).isZero();
    }
  }

  /** Nobody has to connect for that. */
  @Test
  void itEndsByItself() {
    try (OpensslServer server = server("-tls1_3");
        ProxyUnderTest proxy = proxy(server.port())) {
      assertThat(active(proxy)).isEqualTo(1);
      now.set(now().plus(Duration.ofHours(1)));
      assertThat(log.await("the TLS key log " + file + " has ended: its time is over", 1))
          .singleElement()
          .asString()
          .startsWith("INFO ");
      assertThat(active(proxy)).isZero();
    }
  }
}
