package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import io.postern.testkit.OpensslClient;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Scrape;
import io.postern.testkit.StapleClient;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.OcspAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An OCSP response from a file is stapled in handshakes: OpenSSL reads it, and a client of the JDK
 * that refuses whoever sends none looks at its signature and dates by itself.
 */
class StaplingTest {

  private static final OcspAuthority AUTHORITY = new OcspAuthority();
  private static final String HOST = "a.example.test";
  private final Instant now = InstantSource.system().instant();

  @TempDir private Path directory;
  private final Issued issued = AUTHORITY.issue(HOST, null, false);
  private final StapleClient strict = new StapleClient(AUTHORITY.root());
  private ProxyUnderTest proxy;

  @BeforeEach
  void start() throws IOException {
    issued.writeTo(directory, "a");
    AUTHORITY.about(issued).writeTo(response());
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls:
                  certificates:
                    - {chain: %1$s/a.pem, key: %1$s/a.key, ocspResponse: %1$s/a.ocsp}
            routes:
              - {name: all, respond: {body: ok}}
            admin: {bind: 127.0.0.1:0}
            process: {eventLoops: 1, watchInterval: 100ms}
            """
                .formatted(directory));
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Path response() {
    return directory.resolve("a.ocsp");
  }

  private long expires() {
    return Scrape.of(proxy.admin())
        .value(
            "postern_tls_ocsp_response_expiry_timestamp_seconds{certificate=\""
                + directory.resolve("a.pem")
                + "\",listener=\"edge\"}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void openSslIsSentIt(String version) {
    String said = OpensslClient.ask(proxy.address(), HOST, version, "-status");
    assertThat(said)
        .contains("OCSP Response Status: successful (0x0)", "Cert Status: good")
        .contains("HTTP/1.1 200");
    assertThat(OpensslClient.ask(proxy.address(), HOST, version))
        .as("a client that does not ask")
        .doesNotContain("OCSP")
        .contains("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aStrictClientIsSatisfied(String version) throws Exception {
    assertThat(strict.responses(proxy.address(), HOST, version))
        .containsExactly(Files.readAllBytes(response()));
  }

  /** One that is resumed asks for no certificate, and so for no response. */
  @ParameterizedTest
  @CsvSource({"-tls1_3,TLSv1.3", "-tls1_2,TLSv1.2"})
  void aResumedSessionGoesWithout(String option, String version) {
    String session = directory.resolve("session").toString();
    OpensslClient.ask(proxy.address(), HOST, option, "-status", "-sess_out", session);
    assertThat(OpensslClient.ask(proxy.address(), HOST, option, "-status", "-sess_in", session))
        .contains("Reused, " + version)
        .contains("HTTP/1.1 200");
  }

  @Test
  void theNextOneIsStapledWhenTheFileChanges() throws Exception {
    Instant until = now.plusSeconds(3600).truncatedTo(ChronoUnit.SECONDS);
    AUTHORITY.about(issued).valid(now.minusSeconds(60), until).writeTo(response());
    Await.until("the new one", () -> expires() == until.getEpochSecond());
    assertThat(strict.responses(proxy.address(), HOST, "TLSv1.3"))
        .containsExactly(Files.readAllBytes(response()));
  }

  @Test
  void aBadOneIsNotAndOneThatSaysRevokedTakesItAway() throws Exception {
    byte[] good = Files.readAllBytes(response());
    try (LogLines log = LogLines.of("io.postern.tls")) {
      AUTHORITY.about(AUTHORITY.issue(HOST, null, false)).writeTo(response());
      log.await("is about another certificate", 1);
      assertThat(strict.responses(proxy.address(), HOST, "TLSv1.3")).containsExactly(good);
      AUTHORITY.about(issued).revoked().writeTo(response());
      assertThat(log.await("was revoked at", 1)).singleElement().asString().startsWith("ERROR");
      isNotSent();
    }
    assertThat(
            Scrape.of(proxy.admin())
                .value("postern_tls_certificate_refusals_total{listener=\"edge\"}"))
        .isEqualTo(2);
  }

  private void isNotSent() {
    for (String version : new String[] {"-tls1_3", "-tls1_2"}) {
      assertThat(OpensslClient.ask(proxy.address(), HOST, version, "-status"))
          .contains("OCSP response: no response sent")
          .contains("HTTP/1.1 200");
    }
    assertThat(strict.isSatisfied(proxy.address(), HOST)).isFalse();
  }

  @Test
  void itIsNotSentAnyMoreWhenItExpires() throws Exception {
    Instant until = InstantSource.system().instant().plusSeconds(3);
    AUTHORITY.about(issued).valid(now.minusSeconds(60), until).writeTo(response());
    try (LogLines log = LogLines.of("io.postern.tls")) {
      log.await("its OCSP response expired at", 1);
    }
    assertThat(InstantSource.system().instant()).isAfterOrEqualTo(until.minusSeconds(1));
    isNotSent();
    assertThat(expires()).isEqualTo(until.getEpochSecond());
  }
}
