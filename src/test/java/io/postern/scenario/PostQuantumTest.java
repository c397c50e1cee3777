package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.testkit.ProxyUnderTest;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import java.util.Map;
import org.bouncycastle.tls.ProtocolVersion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The key exchange is post-quantum with every client that can do it, and classical with the others
 * (RFC 8446 §4.2.7, §4.2.8), whichever key the certificate has.
 */
class PostQuantumTest {

  // As IANA has them: what the client calls them is under test too.
  private static final int X25519_MLKEM768 = 4588;
  private static final int X25519 = 29;
  private static final int P256 = 23;

  private static final Map<Integer, String> NAMES =
      Map.of(X25519_MLKEM768, "X25519MLKEM768", X25519, "X25519", P256, "P-256");

  private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Test CA");

  @TempDir private static Path directory;
  private static Issued ecdsa;
  private static Issued rsa;
  private static ProxyUnderTest proxy;

  @BeforeAll
  static void start() throws IOException {
    ecdsa = issue(KeyType.ECDSA);
    rsa = issue(KeyType.RSA);
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls:
                  certificates:
                    - {chain: %1$s/ECDSA.pem, key: %1$s/ECDSA.key}
                    - {chain: %1$s/RSA.pem, key: %1$s/RSA.key}
            routes:
              - {name: all, respond: {body: ok}}
            process: {eventLoops: 1}
            """
                .formatted(directory));
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  private static Issued issue(KeyType type) throws IOException {
    Issued issued = AUTHORITY.issue(type, List.of(host(type)));
    issued.writeTo(directory, type.name());
    return issued;
  }

  private static String host(KeyType type) {
    return switch (type) {
      case ECDSA -> "ecdsa.example.test";
      case RSA -> "rsa.example.test";
    };
  }

  /**
   * The group of the key share that the server answers with, in a handshake that serves; the access
   * log has its name.
   */
  private static int chosen(KeyType type, List<Integer> offered, List<Integer> shares)
      throws IOException, CertificateEncodingException {
    BouncyClient.Seen seen = new BouncyClient(host(type), offered, shares).ask(proxy.address());
    Issued issued =
        switch (type) {
          case ECDSA -> ecdsa;
          case RSA -> rsa;
        };
    assertThat(seen.version()).isEqualTo(ProtocolVersion.TLSv13);
    assertThat(seen.certificate().getEncoded()).isEqualTo(issued.certificate().getEncoded());
    assertThat(seen.answer()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\nok");
    assertThat(proxy.record().connection.tls())
        .extracting(TlsSession::group)
        .isEqualTo(NAMES.get(seen.group()));
    return seen.group();
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatOffersBothGetsThePostQuantumOne(KeyType type) throws Exception {
    List<Integer> both = List.of(X25519_MLKEM768, X25519);
    assertThat(chosen(type, both, both)).isEqualTo(X25519_MLKEM768);
  }

  @ParameterizedTest
  @EnumSource
  void whateverItWouldRatherHave(KeyType type) throws Exception {
    List<Integer> classicalFirst = List.of(X25519, P256, X25519_MLKEM768);
    assertThat(chosen(type, classicalFirst, classicalFirst)).isEqualTo(X25519_MLKEM768);
  }

  /** At the price of a HelloRetryRequest. */
  @ParameterizedTest
  @EnumSource
  void aClientThatSentNoKeyShareForItIsAskedForOne(KeyType type) throws Exception {
    List<Integer> both = List.of(X25519_MLKEM768, X25519);
    assertThat(chosen(type, both, List.of(X25519))).isEqualTo(X25519_MLKEM768);
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatDoesNotKnowItGetsX25519(KeyType type) throws Exception {
    List<Integer> classical = List.of(X25519, P256);
    assertThat(chosen(type, classical, classical)).isEqualTo(X25519);
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatKnowsNothingButP256IsServed(KeyType type) throws Exception {
    assertThat(chosen(type, List.of(P256), List.of(P256))).isEqualTo(P256);
  }
}
