package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.TlsConfig.Version;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The choice among certificates, row by row, for offers that no client at hand would make. */
class SelectionTest {

  private static final int GROUPS = 10;
  private static final int SIGNATURES = 13;

  @TempDir static Path dir;
  private static ListenerTls tls;
  private static ServerCertificate ecdsa;
  private static ServerCertificate wildcardRsa;
  private static ServerCertificate plain;

  @BeforeAll
  static void compile() throws Exception {
    CertificateAuthority ca = CertificateAuthority.create("CA");
    ca.issue(KeyType.ECDSA, List.of("plain")).writeTo(dir, "plain");
    ca.issue(KeyType.RSA, List.of("*.example.com")).writeTo(dir, "wildcard");
    ca.issue(KeyType.ECDSA, List.of("a.example.com", "*.plain")).writeTo(dir, "a");
    tls =
        Stores.ready(
            Stores.config(
                Version.TLSV1_2,
                Stores.certificate(dir, "plain"),
                Stores.certificate(dir, "wildcard"),
                Stores.certificate(dir, "a")));
    plain = tls.store().certificates().get(0);
    wildcardRsa = tls.store().certificates().get(1);
    ecdsa = tls.store().certificates().get(2);
  }

  @AfterAll
  static void close() {
    tls.close();
  }

  @Test
  void tls13GoesBySignatures() throws Exception {
    assertThat(select(tls13().codes(SIGNATURES, 0x0403, 0x0804))).isSameAs(ecdsa);
    assertThat(select(tls13().codes(SIGNATURES, 0x0804))).isSameAs(wildcardRsa);
    // The signature names the curve: P-384 is not the key's.
    assertThat(select(tls13().codes(SIGNATURES, 0x0503, 0x0805))).isSameAs(wildcardRsa);
    // PKCS#1 does not sign handshakes of TLS 1.3 (RFC 8446 §4.2.3).
    assertThat(select(tls13().codes(SIGNATURES, 0x0401, 0x0403))).isSameAs(ecdsa);
    assertThat(select(tls13().codes(GROUPS, 24).codes(SIGNATURES, 0x0403))).isSameAs(ecdsa);
  }

  @Test
  void tls12GoesBySuitesSignaturesAndGroups() throws Exception {
    assertThat(select(tls12(0xC02B, 0xC02F).codes(SIGNATURES, 0x0403, 0x0401))).isSameAs(ecdsa);
    assertThat(select(tls12(0xC02F).codes(SIGNATURES, 0x0403, 0x0401))).isSameAs(wildcardRsa);
    assertThat(select(tls12(0xC02B, 0xC02F).codes(SIGNATURES, 0x0401))).isSameAs(wildcardRsa);
    assertThat(select(tls12(0xC02B, 0xC02F).codes(SIGNATURES, 0x0804))).isSameAs(wildcardRsa);
    assertThat(select(tls12(0xC02B, 0xC02F).codes(GROUPS, 29, 23))).isSameAs(ecdsa);
    assertThat(select(tls12(0xC02B, 0xC02F).codes(GROUPS, 29))).isSameAs(wildcardRsa);
    // In TLS 1.2 any hash goes with any curve.
    assertThat(select(tls12(0xC02B, 0xC02F).codes(SIGNATURES, 0x0603, 0x0401))).isSameAs(ecdsa);
    assertThat(select(tls12(0xCCA9, 0xC02F))).isSameAs(ecdsa);
  }

  /** It is the extension that counts: every client of TLS 1.3 says 1.2 in the fixed part. */
  @Test
  void theExtensionSaysTheVersion() throws Exception {
    HelloBytes old = tls12(0xC02F).versions(0x0A0A, 0x0303).codes(SIGNATURES, 0x0403, 0x0401);
    assertThat(select(old)).isSameAs(wildcardRsa);
    HelloBytes grease = new HelloBytes().host("a.example.com").versions(0x0A0A, 0x0304, 0x0303);
    assertThat(select(grease.codes(SIGNATURES, 0x0403))).isSameAs(ecdsa);
  }

  @Test
  void whereNothingFitsTheHostStillDecides() throws Exception {
    assertThat(select(tls12(0x002F))).isSameAs(ecdsa);
    assertThat(select(tls13().codes(SIGNATURES, 0x0807))).isSameAs(ecdsa);
  }

  @Test
  void aStarIsNotTheNameBelowIt() throws Exception {
    assertThat(select(new HelloBytes().host("x.plain"))).isSameAs(ecdsa);
    assertThat(select(new HelloBytes().host("plain"))).isSameAs(plain);
    assertThat(select(new HelloBytes().host("example.com"))).isSameAs(plain);
    assertThat(select(new HelloBytes().host("x.y.example.com"))).isSameAs(plain);
  }

  private static HelloBytes tls13() {
    return new HelloBytes().host("a.example.com").versions(0x0304, 0x0303);
  }

  private static HelloBytes tls12(int... suites) {
    return new HelloBytes().host("a.example.com").suites(suites);
  }

  private static ServerCertificate select(HelloBytes hello) throws ClientHello.Malformed {
    return Objects.requireNonNull(tls.store().select(hello.hello())).certificate();
  }
}
