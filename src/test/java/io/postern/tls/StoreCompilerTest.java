package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which the files of a certificate can be wrong, and where it is said to be. */
class StoreCompilerTest {

  private static final String CHAIN = "postern.yaml:8:12: tls.certificates[0].chain: ";
  private static final String KEY = "postern.yaml:9:12: tls.certificates[0].key: ";

  @TempDir static Path dir;
  private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
  private static final CertificateAuthority ISSUING = ROOT.subordinate("Issuing");

  @BeforeAll
  static void issue() throws Exception {
    ISSUING.issue(KeyType.ECDSA, List.of("a.example.com")).writeTo(dir, "a");
    ISSUING.issue(KeyType.ECDSA, List.of("b.example.com", "a.example.com")).writeTo(dir, "b");
    ISSUING.issue(KeyType.RSA, List.of("a.example.com")).writeTo(dir, "a-rsa");
    ROOT.writeCa(dir.resolve("root.pem"));
  }

  @Test
  void whatIsRightHasNoProblem() {
    assertThat(problems("a", "a")).isEmpty();
    assertThat(
            Stores.problems(
                Stores.config(
                    Version.TLSV1_2,
                    Stores.certificate(dir, "a"),
                    Stores.certificate(dir, "a-rsa"))))
        .isEmpty();
  }

  @Test
  void theRootMayStandInTheChain() throws Exception {
    concat("with-root", "a", "root");
    assertThat(problems("with-root", "a")).isEmpty();
  }

  @Test
  void theKeyIsAnothers() {
    assertThat(problems("a", "b"))
        .containsExactly(
            KEY
                + "the key is not that of the certificate (expected: the private key of "
                + dir.resolve("a.pem")
                + ")");
    assertThat(problems("a", "a-rsa")).singleElement().asString().startsWith(KEY);
  }

  /** Its public half is still that of the certificate, which no client would be content with. */
  @Test
  void theKeyIsDamaged() throws Exception {
    String pem = Files.readString(dir.resolve("a.key"));
    String label = pem.substring(0, pem.indexOf('\n'));
    byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    int scalar = indexOf(key, (byte) 0x04, (byte) 0x20) + 2;
    key[scalar + 20] ^= 0x55;
    Files.writeString(
        dir.resolve("damaged.key"),
        label
            + "\n"
            + Base64.getMimeEncoder().encodeToString(key)
            + "\n"
            + label.replace("BEGIN", "END")
            + "\n");
    assertThat(problems("a", "damaged")).singleElement().asString().startsWith(KEY + "the key is");
  }

  private static int indexOf(byte[] in, byte first, byte second) {
    for (int i = 0; i + 1 < in.length; i++) {
      if (in[i] == first && in[i + 1] == second) {
        return i;
      }
    }
    throw new AssertionError("no octet string of 32 bytes");
  }

  @Test
  void filesAreMissingOrUnfit() throws Exception {
    Path absent = dir.resolve("absent");
    assertThat(Stores.problems(config(absent, absent)))
        .containsExactly(
            CHAIN + absent + " does not exist (expected: a PEM or PKCS#12 file)",
            KEY + absent + " does not exist (expected: a PEM or PKCS#12 file)");
    assertThat(Stores.problems(config(dir.resolve("a.key"), dir.resolve("a.pem"))))
        .satisfiesExactly(
            problem -> assertThat(problem).startsWith(CHAIN).contains("holds no certificate"),
            problem -> assertThat(problem).startsWith(KEY).contains("not a private key"));
    assertThat(Stores.problems(config(dir, dir)))
        .satisfiesExactly(
            problem -> assertThat(problem).startsWith(CHAIN).contains("cannot be read"),
            problem -> assertThat(problem).startsWith(KEY).contains("cannot be read"));
  }

  @Test
  void thePassphraseIsWrongOrMissing() {
    OpensslCommand.run(
        dir, "pkcs8", "-topk8", "-in", "a.key", "-out", "locked.key", "-passout", "pass:secret");
    Path chain = dir.resolve("a.pem");
    Path key = dir.resolve("locked.key");

    assertThat(Stores.problems(config(chain, key)))
        .singleElement()
        .asString()
        .startsWith(KEY)
        .contains("no passphrase is given");
    TlsConfig wrong =
        Stores.config(Version.TLSV1_2, Stores.certificate(chain, key, "not the secret"));
    assertThat(Stores.problems(wrong))
        .singleElement()
        .asString()
        .startsWith(KEY)
        .contains("does not open with this passphrase")
        .doesNotContain("secret");
    TlsConfig right = Stores.config(Version.TLSV1_2, Stores.certificate(chain, key, "secret"));
    assertThat(Stores.problems(right)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"-40,-1,expired at", "1,40,is valid from"})
  void datesAreOff(int fromDays, int untilDays, String what) throws Exception {
    Validity validity =
        new Validity(
            Stores.now().plus(Duration.ofDays(fromDays)),
            Stores.now().plus(Duration.ofDays(untilDays)));
    ROOT.issue(KeyType.ECDSA, List.of("a.example.com"), validity).writeTo(dir, "dated");

    assertThat(problems("dated", "dated"))
        .singleElement()
        .asString()
        .startsWith(CHAIN + "CN=Postern " + what);
  }

  @Test
  void anIssuerHasExpired() throws Exception {
    CertificateAuthority old =
        CertificateAuthority.create(
            "Old", KeyType.ECDSA, () -> Stores.now().minus(Duration.ofDays(4000)));
    Validity validity =
        new Validity(Stores.now().minusSeconds(60), Stores.now().plus(Duration.ofDays(90)));
    old.subordinate("Old issuing")
        .issue(KeyType.ECDSA, List.of("a.example.com"), validity)
        .writeTo(dir, "old");

    assertThat(problems("old", "old"))
        .singleElement()
        .asString()
        .startsWith(CHAIN + "CN=Old issuing expired at");
  }

  @Test
  void aCertificateNearItsEndStillServes() throws Exception {
    Validity validity =
        new Validity(Stores.now().minusSeconds(60), Stores.now().plus(Duration.ofDays(3)));
    ROOT.issue(KeyType.ECDSA, List.of("a.example.com"), validity).writeTo(dir, "soon");

    assertThat(problems("soon", "soon")).isEmpty();
  }

  @Test
  void theChainIsInTheWrongOrder() throws Exception {
    Issued issued = ISSUING.issue(KeyType.ECDSA, List.of("c.example.com"));
    new Issued(issued.chain().reversed(), issued.key()).writeTo(dir, "reversed");

    assertThat(problems("reversed", "reversed"))
        .contains(
            CHAIN
                + "the key is that of certificate 2 in the file (expected: the host's certificate"
                + " first, then the issuer of each)",
            CHAIN
                + "certificate 2 (CN=Postern) did not issue certificate 1 (CN=Issuing) (expected:"
                + " the host's certificate first, then the issuer of each)");
  }

  /** The names fit, the signature does not. */
  @Test
  void anIssuerIsAnImpostor() throws Exception {
    CertificateAuthority impostor = CertificateAuthority.create("Root").subordinate("Issuing");
    Issued issued = ISSUING.issue(KeyType.ECDSA, List.of("c.example.com"));
    new Issued(List.of(issued.certificate(), impostor.caCertificate()), issued.key())
        .writeTo(dir, "impostor");

    assertThat(problems("impostor", "impostor"))
        .singleElement()
        .asString()
        .contains("certificate 2 (CN=Issuing) did not issue certificate 1 (CN=Postern)");
  }

  @Test
  void theCommonNameIsNoHost() {
    OpensslCommand.run(
        dir,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=a.example.com",
        "-days",
        "90",
        "-keyout",
        "cn.key",
        "-out",
        "cn.pem");

    assertThat(problems("cn", "cn"))
        .singleElement()
        .asString()
        .startsWith(CHAIN + "the certificate names no host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa:1024", "ed25519"})
  void keysThatAreNotServed(String kind) {
    OpensslCommand.run(
        dir,
        "req",
        "-x509",
        "-newkey",
        kind,
        "-nodes",
        "-subj",
        "/CN=x",
        "-addext",
        "subjectAltName=DNS:a.example.com",
        "-days",
        "90",
        "-keyout",
        "odd.key",
        "-out",
        "odd.pem");

    assertThat(problems("odd", "odd"))
        .first()
        .asString()
        .startsWith(CHAIN + "the certificate has a key that is not served");
  }

  @ParameterizedTest
  @ValueSource(strings = {"P-384", "P-521"})
  void otherCurvesAreServed(String curve) {
    OpensslCommand.run(
        dir,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:" + curve,
        "-nodes",
        "-subj",
        "/CN=x",
        "-addext",
        "subjectAltName=DNS:a.example.com",
        "-days",
        "90",
        "-keyout",
        "curve.key",
        "-out",
        "curve.pem");

    assertThat(problems("curve", "curve")).isEmpty();
  }

  @Test
  void aHostHasTwoCertificatesOfAKind() {
    TlsConfig config =
        Stores.config(Version.TLSV1_2, Stores.certificate(dir, "a"), Stores.certificate(dir, "b"));

    assertThat(Stores.problems(config))
        .containsExactly(
            CHAIN
                + "a second ECDSA certificate for a.example.com, after "
                + dir.resolve("a.pem")
                + " (expected: one RSA and one ECDSA certificate for a host)");
  }

  @Test
  void theDefaultIsNoneOfThem() {
    TlsConfig config =
        Stores.withDefault(
            Stores.config(Version.TLSV1_2, Stores.certificate(dir, "a")), dir.resolve("b.pem"));

    assertThat(Stores.problems(config))
        .containsExactly(
            "postern.yaml:7:5: tls.defaultCertificate: "
                + dir.resolve("b.pem")
                + " is none of the certificates (expected: the chain file of one of them)");
  }

  @Test
  void theDefaultIsTheOneThatIsNamed() throws Exception {
    ROOT.issue(KeyType.ECDSA, List.of("d.example.com")).writeTo(dir, "d");
    TlsConfig config =
        Stores.withDefault(
            Stores.config(
                Version.TLSV1_2, Stores.certificate(dir, "a"), Stores.certificate(dir, "d")),
            dir.resolve(".").resolve("d.pem"));

    try (ListenerTls tls = Stores.ready(config)) {
      Presented fallback = Objects.requireNonNull(tls.store().fallback());
      assertThat(fallback.certificate().names()).containsExactly("d.example.com");
      assertThat(tls.store().select(new HelloBytes().host("x").hello())).isSameAs(fallback);
    }
  }

  @Test
  void thereIsNoCertificate() {
    assertThat(Stores.problems(Stores.config(Version.TLSV1_2)))
        .containsExactly(
            "postern.yaml:7:5: tls.certificates: no certificate (expected: one or more)");
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() {
    TlsConfig config =
        Stores.config(
            Version.TLSV1_2,
            Stores.certificate(dir, "absent"),
            Stores.certificate(dir.resolve("a.pem"), dir.resolve("b.key")));

    assertThat(Stores.problems(config)).hasSize(3);
  }

  private static void concat(String to, String... from) throws Exception {
    StringBuilder text = new StringBuilder();
    for (String name : from) {
      text.append(Files.readString(dir.resolve(name + ".pem")));
    }
    Files.writeString(dir.resolve(to + ".pem"), text);
  }

  private static List<String> problems(String chain, String key) {
    return Stores.problems(config(dir.resolve(chain + ".pem"), dir.resolve(key + ".key")));
  }

  private static TlsConfig config(Path chain, Path key) {
    return Stores.config(Version.TLSV1_2, Stores.certificate(chain, key));
  }
}
