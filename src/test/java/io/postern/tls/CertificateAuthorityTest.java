package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {

  @TempDir Path dir;

  @Test
  void opensslTrustsWhatItIssued() throws Exception {
    CertificateAuthority root = CertificateAuthority.create("Demo CA");
    CertificateAuthority below = root.subordinate("Demo issuing CA");
    Issued issued = below.issue(KeyType.RSA, List.of("a.example.com", "127.0.0.1"));
    root.writeCa(dir.resolve("ca.pem"));
    issued.writeTo(dir, "a");

    assertThat(issued.chain()).containsExactly(issued.certificate(), below.caCertificate());
    OpensslCommand.run(
        dir,
        "verify",
        "-x509_strict",
        "-CAfile",
        "ca.pem",
        "-untrusted",
        "a.pem",
        "-purpose",
        "sslserver",
        "-verify_hostname",
        "a.example.com",
        "a.pem");
    OpensslCommand.run(
        dir,
        "verify",
        "-CAfile",
        "ca.pem",
        "-untrusted",
        "a.pem",
        "-verify_ip",
        "127.0.0.1",
        "a.pem");
  }

  @Test
  void onlyTheOwnerReadsKeys() throws Exception {
    Issued issued = CertificateAuthority.create("CA").issue(KeyType.ECDSA, List.of("a"));
    issued.writeTo(dir, "a");
    issued.writeTo(dir, "a");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("a.key"))))
        .isEqualTo("rw-------");
    assertThat(PrivateKeys.of(PemFile.objects(dir.resolve("a.key")), null)).isEqualTo(issued.key());
  }

  @Test
  void validityIsWhatWasAsked() {
    Instant from = Instant.parse("2020-01-01T00:00:00Z");
    Instant until = Instant.parse("2020-02-01T00:00:00Z");
    X509Certificate certificate =
        CertificateAuthority.create("CA", KeyType.RSA, () -> from)
            .issue(KeyType.ECDSA, List.of("a"), new Validity(from, until))
            .certificate();

    assertThat(certificate.getNotBefore()).isEqualTo(from);
    assertThat(certificate.getNotAfter()).isEqualTo(until);
  }
}
