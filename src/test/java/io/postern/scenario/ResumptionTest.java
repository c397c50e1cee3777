package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.LogLines;
import io.postern.testkit.OpensslClient;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Relay;
import io.postern.testkit.Scrape;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions that are resumed by tickets, from one instance to another; and those that must not be.
 * The clients are OpenSSL's and the JDK's.
 */
class ResumptionTest {

  private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Clients");
  private static final String SECRET = "6b1d0f0d3c8f4a55b6d2b79f0c3f7f2e";

  @TempDir private static Path directory;
  private static Issued client;
  private static ProxyUnderTest one;
  private static ProxyUnderTest other;
  private static ProxyUnderTest stranger;

  @BeforeAll
  static void start() throws IOException {
    CLIENTS.writeCa(directory.resolve("clients.pem"));
    client = CLIENTS.issue(KeyType.ECDSA, List.of("agent.example.test"));
    client.writeTo(directory, "client");
    CLIENTS.writeRevoked(directory.resolve("clients.crl"), List.of(), valid());
    one = proxy("{secret: " + SECRET + "}");
    other = proxy("{secret: " + SECRET + "}");
    stranger = proxy("{}");
  }

  private static Validity valid() {
    Instant now = InstantSource.system().instant();
    return new Validity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)));
  }

  private static ProxyUnderTest proxy(String tickets) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls:
              certificates: [@CERTIFICATES@]
              trust: %1$s/clients.pem
              crl: %1$s/clients.crl
              sessionTickets: %2$s
              hosts:
                - {names: [mine.example.test], clientAuth: required}
        routes:
          - {name: all, respond: {body: ok}}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1, watchInterval: 100ms}
        """
            .formatted(directory, tickets));
  }

  @AfterAll
  static void stop() {
    one.close();
    other.close();
    stranger.close();
  }

  private String session() {
    return directory.resolve("session.pem").toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void instancesWithOneSecretResumeEachOthers(String version) throws Exception {
    Files.deleteIfExists(Path.of(session()));
    String first =
        OpensslClient.ask(one.address(), "a.example.test", version, "-sess_out", session());
    assertThat(first).contains("\nNew, TLSv1").contains("HTTP/1.1 200");
    String again =
        OpensslClient.ask(other.address(), "a.example.test", version, "-sess_in", session());
    assertThat(again).contains("\nReused, TLSv1").contains("HTTP/1.1 200");
    String elsewhere =
        OpensslClient.ask(stranger.address(), "a.example.test", version, "-sess_in", session());
    assertThat(elsewhere).contains("\nNew, TLSv1").contains("HTTP/1.1 200");
    String label = version.equals("-tls1_3") ? "TLSv1.3" : "TLSv1.2";
    Await.until("a resumed handshake", () -> resumed(other, label) >= 1);
  }

  private static long resumed(ProxyUnderTest proxy, String version) {
    return Scrape.of(proxy.admin())
        .value(
            "postern_tls_handshakes_total{listener=\"edge\",resumed=\"true\",version=\""
                + version
                + "\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aJavaClientResumesAtTheOtherInstance(String version) throws Exception {
    SSLContext client = ClientTls.of(ProxyUnderTest.authority(), null).context();
    try (Relay relay = Relay.to(one.address())) {
      long before = resumed(other, version);
      get(client, relay, version);
      relay.switchTo(other.address());
      get(client, relay, version);
      assertThat(resumed(other, version)).isEqualTo(before + 1);
      before = resumed(stranger, version);
      relay.switchTo(stranger.address());
      get(client, relay, version);
      assertThat(resumed(stranger, version)).isEqualTo(before);
    }
  }

  /** To the client it is one server: it looks for its sessions by name and port. */
  private static void get(SSLContext client, Relay relay, String version) throws IOException {
    try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), relay.port());
        SSLSocket tls =
            (SSLSocket) client.getSocketFactory().createSocket(raw, "a.example.test", 443, true)) {
      tls.setEnabledProtocols(new String[] {version});
      tls.getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: a.example.test\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(tls.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 200");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void withoutASecretAnInstanceResumesItsOwn(String version) throws Exception {
    Files.deleteIfExists(Path.of(session()));
    OpensslClient.ask(stranger.address(), "a.example.test", version, "-sess_out", session());
    assertThat(
            OpensslClient.ask(stranger.address(), "a.example.test", version, "-sess_in", session()))
        .contains("\nReused, TLSv1");
  }

  /** It says nothing of a certificate, which this host is not served without. */
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void aTicketOfAnOpenHostOpensNoStricterOne(String version) throws Exception {
    Files.deleteIfExists(Path.of(session()));
    OpensslClient.ask(one.address(), "a.example.test", version, "-sess_out", session());
    String replayed =
        OpensslClient.ask(one.address(), "mine.example.test", version, "-sess_in", session());
    assertThat(replayed).doesNotContain("HTTP/1.1 200").doesNotContain("\nReused");
    assertThat(replayed).containsAnyOf("certificate required", "handshake failure");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void aCertificateThatIsRevokedIsNotResumed(String version) throws Exception {
    Files.deleteIfExists(Path.of(session()));
    Path key = directory.resolve("client.key");
    Path chain = directory.resolve("client.pem");
    String[] shown = {version, "-cert", chain.toString(), "-key", key.toString()};
    String first =
        OpensslClient.ask(one.address(), "mine.example.test", with(shown, "-sess_out", session()));
    assertThat(first).contains("HTTP/1.1 200");
    String again =
        OpensslClient.ask(other.address(), "mine.example.test", with(shown, "-sess_in", session()));
    assertThat(again).contains("\nReused, TLSv1").contains("HTTP/1.1 200");
    try (LogLines log = LogLines.of("io.postern.listener")) {
      CLIENTS.writeRevoked(
          directory.resolve("clients.crl"), List.of(client.certificate()), valid());
      Await.until("the list to be read", () -> !ask(other, shown).contains("HTTP/1.1 200"));
      String late =
          OpensslClient.ask(
              other.address(), "mine.example.test", with(shown, "-sess_in", session()));
      assertThat(late).doesNotContain("HTTP/1.1 200");
      assertThat(log.about("was revoked at")).isNotEmpty();
    } finally {
      CLIENTS.writeRevoked(directory.resolve("clients.crl"), List.of(), valid());
      Await.until(
          "the list to be read",
          () ->
              ask(one, shown).contains("HTTP/1.1 200")
                  && ask(other, shown).contains("HTTP/1.1 200"));
    }
  }

  private static String[] with(String[] options, String... more) {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static String ask(ProxyUnderTest proxy, String... options) {
    return OpensslClient.ask(proxy.address(), "mine.example.test", options);
  }
}
