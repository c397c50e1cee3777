package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.OpensslClient;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Scrape;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The certificate for the name that a client asks for, of the kind that it can check. */
class CertificateChoiceTest {

  private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Test CA");

  @TempDir private static Path directory;
  private static Issued exact;
  private static Issued wildcard;
  private static Issued rsa;
  private static Issued other;
  private static ProxyUnderTest proxy;

  @BeforeAll
  static void start() throws IOException {
    exact = issue("exact", KeyType.ECDSA, "a.example.test");
    wildcard = issue("wildcard", KeyType.ECDSA, "*.example.test");
    rsa = issue("rsa", KeyType.RSA, "*.example.test");
    other = issue("other", KeyType.RSA, "other.test");
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls:
                  certificates: [%s, %s, %s, %s]
                  defaultCertificate: %s
              strict:
                bind: 127.0.0.1:0
                tls: {certificates: [%s], minVersion: TLSv1.3}
              both:
                bind: 127.0.0.1:0
                tls: {certificates: [%s, %s]}
              ecdsa:
                bind: 127.0.0.1:0
                tls: {certificates: [%s]}
              plain: {bind: 127.0.0.1:0}
            admin: {bind: 127.0.0.1:0}
            routes:
              - {name: all, respond: {body: ok}}
            process: {eventLoops: 1}
            """
                .formatted(
                    pair("wildcard"),
                    pair("rsa"),
                    pair("exact"),
                    pair("other"),
                    directory.resolve("other.pem"),
                    pair("exact"),
                    pair("wildcard"),
                    pair("rsa"),
                    pair("wildcard")));
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  private static Issued issue(String name, KeyType type, String host) throws IOException {
    Issued issued = AUTHORITY.issue(type, List.of(host));
    issued.writeTo(directory, name);
    return issued;
  }

  private static String pair(String name) {
    return "{chain: %s, key: %s}"
        .formatted(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
  }

  private static Certificate presented(@Nullable String name) throws SSLPeerUnverifiedException {
    ClientTls tls = ClientTls.of(AUTHORITY.caCertificate(), name, "h2", "http/1.1");
    try (RawClient client = RawClient.connect(proxy.address("edge"), tls)) {
      assertThat(client.protocol()).isEqualTo("h2");
      return client.session().getPeerCertificates()[0];
    }
  }

  @Test
  void byName() throws SSLPeerUnverifiedException {
    assertThat(presented("a.example.test")).isEqualTo(exact.certificate());
    assertThat(presented("A.EXAMPLE.test")).isEqualTo(exact.certificate());
    assertThat(presented("b.example.test")).isEqualTo(wildcard.certificate());
    assertThat(presented("other.test")).isEqualTo(other.certificate());
  }

  @Test
  void theDefaultForNoNameAndForOneThatNobodyHas() throws SSLPeerUnverifiedException {
    assertThat(presented(null)).isEqualTo(other.certificate());
    assertThat(presented("x.y.example.test")).isEqualTo(other.certificate());
    assertThat(presented("nobody.test")).isEqualTo(other.certificate());
  }

  @Test
  void rsaForAClientThatCannotCheckEcdsa() throws Exception {
    assertThat(
            RsaOnly.presented(proxy.address("edge"), "b.example.test", AUTHORITY.caCertificate()))
        .isEqualTo(rsa.certificate());
  }

  /** Each of which cannot check ECDSA, and names no host. */
  enum OnlyRsa {
    SUITES_OF_TLS12("-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"),
    SIGNATURES_OF_TLS12("-tls1_2", "-sigalgs", "RSA+SHA256"),
    SIGNATURES_OF_TLS13("-tls1_3", "-sigalgs", "RSA-PSS+SHA256"),
    SIGNATURES_OF_BOTH("-sigalgs", "RSA-PSS+SHA256:RSA+SHA256");

    final String[] options;

    OnlyRsa(String... options) {
      this.options = options;
    }
  }

  @ParameterizedTest
  @EnumSource
  void rsaOfTheDefaultHostForAClientThatNamesNone(OnlyRsa client) throws Exception {
    String said = OpensslClient.ask(proxy.address("both"), null, client.options);
    assertThat(said)
        .contains(
            Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(rsa.certificate().getEncoded()));
    assertThat(said).contains("HTTP/1.1 200 ");
    assertThat(proxy.record().connection.listener()).isEqualTo("both");
  }

  @ParameterizedTest
  @EnumSource
  void whereTheDefaultHostHasNoneTheAlertAndTheCountSayWhy(OnlyRsa client) {
    double before = nothingInCommon();
    String said = OpensslClient.ask(proxy.address("ecdsa"), null, client.options);
    assertThat(said).contains("alert handshake failure").doesNotContain("HTTP/1.1 ");
    Await.until("it is counted", () -> nothingInCommon() == before + 1);
  }

  private static double nothingInCommon() {
    return Scrape.of(proxy.admin())
        .value(
            "postern_tls_handshake_failures_total{listener=\"ecdsa\",why=\"nothing-in-common\"}");
  }

  @Test
  void eachListenerSpeaksForItself() {
    ClientTls old =
        ClientTls.of(AUTHORITY.caCertificate(), "a.example.test", "http/1.1").versions("TLSv1.2");
    try (RawClient client = RawClient.connect(proxy.address("edge"), old);
        RawClient plain = RawClient.connect(proxy.address("plain"));
        RawClient refused = RawClient.connect(proxy.address("strict"))) {
      assertThat(client.session().getProtocol()).isEqualTo("TLSv1.2");
      assertThat(client.get("/", "a.example.test").text()).isEqualTo("ok");
      assertThat(proxy.record().connection.listener()).isEqualTo("edge");
      assertThat(plain.get("/", "a.example.test").text()).isEqualTo("ok");
      assertThat(proxy.record().connection.listener()).isEqualTo("plain");
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> refused.startTls(old))
          .hasMessageContaining("protocol_version");
    }
    ClientTls tls = ClientTls.of(AUTHORITY.caCertificate(), "a.example.test", "http/1.1");
    try (RawClient client = RawClient.connect(proxy.address("strict"), tls)) {
      assertThat(client.session().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(client.get("/", "a.example.test").text()).isEqualTo("ok");
      assertThat(proxy.record().connection.listener()).isEqualTo("strict");
    }
  }
}
