package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateNamesTest {

  private static final List<String> NAMES =
      List.of(
          "api.example.com",
          "*.cp.example.com",
          "Upper.Example.com",
          "10.1.2.3",
          "2001:db8::1",
          "*.0.0.127",
          "f*.example.com",
          "*");

  private static final CertificateNames CERTIFICATE = names();

  private static CertificateNames names() {
    try {
      return CertificateNames.of(
          CertificateAuthority.create("Names").issue(KeyType.ECDSA, NAMES).certificate());
    } catch (java.security.cert.CertificateParsingException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.example.com", "API.example.COM", "api.example.com.", "a.cp.example.com",
        "upper.example.com", "10.1.2.3", "2001:db8::1", "[2001:db8:0:0::1]"
      })
  void covers(String host) {
    assertThat(CERTIFICATE.covers(new AsciiString(host))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "example.com",
        "cp.example.com",
        "a.b.cp.example.com",
        ".cp.example.com",
        "xapi.example.com",
        "api.example.com..",
        "foo.example.com",
        "10.1.2.4",
        "127.0.0.127",
        "[2001:db8::2]",
        "2001:db8::",
        "localhost",
        "[",
        "*"
      })
  void doesNotCover(String host) {
    assertThat(CERTIFICATE.covers(new AsciiString(host))).isFalse();
  }

  @Test
  void listsTheNamesThatCanBeHosts() {
    assertThat(CERTIFICATE.all())
        .containsExactly(
            "api.example.com", "*.cp.example.com", "upper.example.com", "10.1.2.3", "2001:db8::1");
  }
}
