package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.Secret;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.OpensslCommand.Output;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A certificate and its key in one file, as {@code openssl} and {@code keytool} write them. */
class Pkcs12FileTest {

  private static final String PASS = "correct horse ß";
  private static final String AT = "postern.yaml:8:12: tls.certificates[0].chain: ";
  private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
  private static final CertificateAuthority ISSUING =
      ROOT.subordinate("Upper").subordinate("Issuing");

  @TempDir static Path dir;
  private static Issued issued;

  @BeforeAll
  static void makeFiles() throws Exception {
    issued = ISSUING.issue(KeyType.ECDSA, List.of("a.example.com"));
    issued.writeTo(dir, "a");
    ISSUING.issue(KeyType.RSA, List.of("a.example.com")).writeTo(dir, "rsa");
    ROOT.writeCa(dir.resolve("root.pem"));
    for (Kind kind : Kind.values()) {
      export("a", kind.name() + ".p12", kind.options);
    }
  }

  /** The ways in which {@code openssl pkcs12 -export} writes one. */
  enum Kind {
    MODERN,
    LEGACY("-legacy"),
    TRIPLE_DES("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"),
    PLAIN_CERTIFICATES("-certpbe", "NONE"),
    PLAIN_KEY("-keypbe", "NONE"),
    WITHOUT_MAC("-nomac"),
    NAMED("-name", "edge", "-caname", "upper");

    final String[] options;

    Kind(String... options) {
      this.options = options;
    }
  }

  private static void export(String name, String to, String... options) {
    exportWith(PASS, name, to, options);
  }

  private static void exportWith(String passphrase, String name, String to, String... options) {
    List<String> args = new ArrayList<>(List.of("pkcs12", "-export"));
    args.addAll(List.of("-in", name + ".pem", "-inkey", name + ".key", "-out", to));
    args.addAll(List.of("-passout", "pass:" + passphrase));
    args.addAll(List.of(options));
    OpensslCommand.run(dir, args.toArray(String[]::new));
  }

  private static TlsConfig.Certificate certificate(String file, @Nullable String passphrase) {
    return new TlsConfig.Certificate(
        Stores.place("tls.certificates[0]"),
        dir.resolve(file),
        null,
        passphrase == null ? null : new Secret(passphrase),
        null);
  }

  private static TlsConfig config(String file, @Nullable String passphrase) {
    return Stores.config(Version.TLSV1_2, certificate(file, passphrase));
  }

  private static List<String> problems(String file, @Nullable String passphrase) {
    return Stores.problems(config(file, passphrase));
  }

  private static void serves(String file, @Nullable String passphrase) {
    try (ListenerTls tls = Stores.ready(config(file, passphrase))) {
      assertThat(tls.store().certificates().getFirst().loaded().chain()).isEqualTo(issued.chain());
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofOpenssl(Kind kind) {
    serves(kind + ".p12", PASS);
    assertThat(problems(kind + ".p12", "wrong"))
        .containsExactly(
            AT
                + dir.resolve(kind + ".p12")
                + " does not open with this passphrase (expected: the passphrase of this key)");
    assertThat(problems(kind + ".p12", null))
        .singleElement()
        .asString()
        .startsWith(AT)
        .contains("is encrypted, and no passphrase is given");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-descert", "-legacy"})
  void withAnEmptyPassphrase(String option) {
    exportWith("", "a", "empty.p12", option);
    serves("empty.p12", null);
    serves("empty.p12", "");
    assertThat(problems("empty.p12", "wrong")).singleElement().asString().contains("does not open");
  }

  @Test
  void withNothingEncrypted() {
    export("a", "open.p12", "-keypbe", "NONE", "-certpbe", "NONE");
    serves("open.p12", null);
    serves("open.p12", PASS);
  }

  /** That it is read says little: BoringSSL has to take it, and the client the signature. */
  @ParameterizedTest
  @ValueSource(strings = {"a", "rsa"})
  void servesHandshakes(String name) throws Exception {
    export(name, "served.p12", "-legacy");
    try (ListenerTls store = Stores.ready(config("served.p12", PASS));
        HandshakeServer server = new HandshakeServer(store)) {
      Output output =
          OpensslCommand.client(
              dir, server.port(), "-servername", "a.example.com", "-CAfile", "root.pem");
      assertThat(output.text()).contains("Verify return code: 0 (ok)");
    }
  }

  @Test
  void theRootIsSentWhereItIsInTheFile() {
    export("a", "with-root.p12", "-certfile", "root.pem");
    try (ListenerTls tls = Stores.ready(config("with-root.p12", PASS))) {
      assertThat(tls.store().certificates().getFirst().loaded().chain())
          .containsExactlyElementsOf(
              Stream.concat(issued.chain().stream(), Stream.of(ROOT.caCertificate())).toList());
    }
  }

  /** The order of PKCS#12 says nothing, that of the chain in PEM files does. */
  @Test
  void theIssuersMayStandInAnyOrder() throws Exception {
    Path upper = dir.resolve("upper.pem");
    PemOutput.write(upper, List.of(issued.chain().get(2), issued.chain().get(1)));
    PemOutput.write(dir.resolve("leaf.pem"), List.of(issued.certificate()));
    Files.copy(dir.resolve("a.key"), dir.resolve("leaf.key"));
    export("leaf", "any-order.p12", "-certfile", "upper.pem");
    serves("any-order.p12", PASS);
  }

  /** As a file that a CA and its successor of the same name stand in together. */
  @Test
  void anIssuerIsToldFromAnotherOfTheSameName() throws Exception {
    CertificateAuthority namesake =
        CertificateAuthority.create("Root").subordinate("Upper").subordinate("Issuing");
    PemOutput.write(dir.resolve("namesake.pem"), List.of(namesake.caCertificate()));
    export("a", "namesake.p12", "-certfile", "namesake.pem");
    assertThat(problems("namesake.p12", PASS))
        .singleElement()
        .asString()
        .startsWith(AT + "certificate 4 (CN=Issuing) did not issue certificate 3 (CN=Upper)");
  }

  private static void keytool(String... args) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString()));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command).directory(dir.toFile()).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String text = new String(out.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(text).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "true"})
  void ofKeytool(String legacy) throws Exception {
    Files.deleteIfExists(dir.resolve("keytool.p12"));
    keytool(
        "-J-Dkeystore.pkcs12.legacy" + (legacy.equals("true") ? "" : ".not"),
        "-genkeypair",
        "-alias",
        "edge",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=x",
        "-ext",
        "san=dns:a.example.com",
        "-validity",
        "90",
        "-storetype",
        "PKCS12",
        "-keystore",
        "keytool.p12",
        "-storepass",
        "changeit");
    assertThat(problems("keytool.p12", "changeit")).isEmpty();
    assertThat(problems("keytool.p12", "changed"))
        .singleElement()
        .asString()
        .contains("does not open");
  }

  private static void store(String file, @Nullable String... names) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("root", ROOT.caCertificate());
    for (String name : names) {
      Issued each = ISSUING.issue(KeyType.ECDSA, List.of(Objects.requireNonNull(name)));
      store.setKeyEntry(
          name, each.key(), PASS.toCharArray(), each.chain().toArray(Certificate[]::new));
    }
    try (OutputStream out = Files.newOutputStream(dir.resolve(file))) {
      store.store(out, PASS.toCharArray());
    }
  }

  @Test
  void withoutAKeyOrWithSeveral() throws Exception {
    store("none.p12");
    store("two.p12", "a.example.com", "b.example.com");
    String expected = " (expected: a PKCS#12 file with one private key and its certificates)";
    assertThat(problems("none.p12", PASS))
        .containsExactly(AT + dir.resolve("none.p12") + " holds no private key" + expected);
    assertThat(problems("two.p12", PASS))
        .containsExactly(AT + dir.resolve("two.p12") + " holds 2 private keys" + expected);
  }

  @Test
  void withTheCertificateOfAnother() {
    OpensslCommand.run(
        dir,
        "pkcs12",
        "-export",
        "-nocerts",
        "-inkey",
        "a.key",
        "-out",
        "key.p12",
        "-passout",
        "pass:" + PASS);
    assertThat(problems("key.p12", PASS))
        .singleElement()
        .asString()
        .startsWith(AT + dir.resolve("key.p12") + " holds no certificate");
  }

  @Test
  void whatIsCutShortIsNone() throws Exception {
    byte[] whole = Files.readAllBytes(dir.resolve("MODERN.p12"));
    for (int length = 8; length < whole.length; length += 13) {
      Files.write(dir.resolve("cut.p12"), java.util.Arrays.copyOf(whole, length));
      assertThat(problems("cut.p12", PASS))
          .singleElement()
          .asString()
          .startsWith(AT + dir.resolve("cut.p12") + " is not a PKCS#12 file that can be read: ");
    }
  }

  /** Its name says nothing: what is in it does. */
  @Test
  void byAnyName() throws Exception {
    Files.copy(dir.resolve("MODERN.p12"), dir.resolve("modern.pem"));
    serves("modern.pem", PASS);
    Files.copy(dir.resolve("a.pem"), dir.resolve("not-it.p12"));
    assertThat(problems("not-it.p12", PASS))
        .containsExactly(
            "postern.yaml:9:12: tls.certificates[0].key: is left out, and "
                + dir.resolve("not-it.p12")
                + " holds no private key (expected: a file with the key, or one with both)");
  }

  /** As HAProxy has it, the key before the chain or behind it. */
  @Test
  void onePemWithBoth() throws Exception {
    String chain = Files.readString(dir.resolve("a.pem"));
    String key = Files.readString(dir.resolve("a.key"));
    Files.writeString(dir.resolve("chain-first.pem"), chain + key);
    Files.writeString(dir.resolve("key-first.pem"), key + chain);
    serves("chain-first.pem", null);
    serves("key-first.pem", null);
    Files.writeString(dir.resolve("wrong.pem"), chain + Files.readString(dir.resolve("rsa.key")));
    assertThat(problems("wrong.pem", null))
        .singleElement()
        .asString()
        .contains("tls.certificates[0].key: the key is not that of the certificate");
  }

  @Test
  void inTheDirectoryOfCertificates() throws Exception {
    Path more = Files.createDirectory(dir.resolve("more"));
    Files.copy(dir.resolve("LEGACY.p12"), more.resolve("legacy.pfx"));
    Files.copy(dir.resolve("a.pem"), more.resolve("without-its-key.pem"));
    TlsConfig config = Stores.withDirectory(more, new Secret(PASS));
    try (ListenerTls tls = Stores.ready(config)) {
      assertThat(tls.store().certificates()).hasSize(1);
      Issued next = ISSUING.issue(KeyType.ECDSA, List.of("b.example.com"));
      next.writeTo(dir, "next");
      export("next", "more/next.p12");
      assertThat(tls.refresh(Stores.now(), List.of())).as("a file that has just come").isNull();
      Objects.requireNonNull(tls.refresh(Stores.now(), List.of())).close();
      assertThat(tls.store().certificates())
          .extracting(each -> each.loaded().chain())
          .containsExactly(issued.chain(), next.chain());
    }
  }

  @Test
  void forServersThatAskUs() {
    assertThat(
            CertificateFiles.loadForClient(
                certificate("MODERN.p12", PASS),
                Stores.now(),
                new ArrayList<>(),
                new ArrayList<>(),
                null))
        .extracting(CertificateFiles.Loaded::chain)
        .isEqualTo(issued.chain());
  }

  @Test
  void asTheFileOfTheKeyAlone() {
    TlsConfig config =
        Stores.config(
            Version.TLSV1_2,
            Stores.certificate(dir.resolve("a.pem"), dir.resolve("MODERN.p12"), PASS));
    assertThat(Stores.problems(config)).isEmpty();
  }
}
