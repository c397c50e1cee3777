package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.config.Secret;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.tls.OpensslCommand.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as {@code openssl} writes them, each next to the plain PKCS#8 of the same key. */
class PrivateKeysTest {

  private static final String PASS = "correct horse";

  @TempDir static Path dir;

  @BeforeAll
  static void makeKeys() throws Exception {
    openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "rsa");
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", "ec.params-sec1");
    openssl("pkey", "-in", "ec.params-sec1", "-out", "ec");
    openssl("ec", "-in", "ec", "-out", "ec.sec1");
    openssl("ec", "-in", "ec", "-no_public", "-out", "ec.alone");
    openssl("rsa", "-in", "rsa", "-traditional", "-out", "rsa.pkcs1");
    for (String kind : List.of("rsa", "ec")) {
      encrypt(kind, "aes256", "-v2", "aes-256-cbc");
      encrypt(kind, "aes128", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1");
      encrypt(kind, "des3", "-v2", "des3");
      encrypt(kind, "scrypt", "-scrypt");
      procType(kind);
    }
    openssl("req", "-x509", "-key", "ec", "-subj", "/CN=x", "-days", "9", "-out", "certificate");
    openssl("req", "-new", "-key", "ec", "-subj", "/CN=x", "-out", "request");
    openssl("pkey", "-in", "ec", "-pubout", "-out", "public");
    openssl("pkey", "-in", "ec", "-outform", "DER", "-out", "der");
    String both =
        Files.readString(dir.resolve("certificate")) + Files.readString(dir.resolve("ec"));
    Files.writeString(dir.resolve("ec.with-certificate"), both);
  }

  private static void procType(String kind) {
    String out = kind + ".proc-type";
    if (kind.equals("rsa")) {
      openssl(
          "rsa", "-in", "rsa", "-traditional", "-aes128", "-passout", "pass:" + PASS, "-out", out);
    } else {
      openssl("ec", "-in", "ec", "-aes256", "-passout", "pass:" + PASS, "-out", out);
    }
  }

  private static void encrypt(String kind, String name, String... how) {
    Stream<String> args =
        Stream.of(
            "pkcs8",
            "-topk8",
            "-in",
            kind,
            "-out",
            kind + ".pkcs8-" + name,
            "-passout",
            "pass:" + PASS);
    openssl(Stream.concat(args, Stream.of(how)).toArray(String[]::new));
  }

  private static void openssl(String... args) {
    OpensslCommand.run(dir, args);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa.pkcs1", "ec.sec1", "ec.params-sec1", "ec.with-certificate"})
  void readsPlainKeys(String file) throws Exception {
    assertSameAsPlain(file, null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rsa.pkcs8-aes256", "rsa.pkcs8-aes128", "rsa.pkcs8-des3", "rsa.pkcs8-scrypt",
        "rsa.proc-type", "ec.pkcs8-aes256", "ec.pkcs8-aes128", "ec.pkcs8-des3",
        "ec.pkcs8-scrypt", "ec.proc-type"
      })
  void readsEncryptedKeys(String file) throws Exception {
    assertThat(Files.readString(dir.resolve(file))).contains("ENCRYPTED");
    assertSameAsPlain(file, PASS);
    assertThatThrownBy(() -> read(file, "wrong"))
        .isInstanceOf(UnusableFile.class)
        .hasMessage("does not open with this passphrase");
    assertThatThrownBy(() -> read(file, null))
        .isInstanceOf(UnusableFile.class)
        .hasMessage("is encrypted, and no passphrase is given");
  }

  /** That it parses says little: BoringSSL has to take it, and the client the signature. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rsa.pkcs1",
        "rsa.pkcs8-aes256",
        "rsa.proc-type",
        "ec.sec1",
        "ec.params-sec1",
        "ec.alone",
        "ec.with-certificate",
        "ec.pkcs8-scrypt",
        "ec.proc-type"
      })
  void servesHandshakes(String file) throws Exception {
    openssl(
        "req",
        "-x509",
        "-key",
        kind(file),
        "-subj",
        "/CN=x",
        "-addext",
        "subjectAltName=DNS:a",
        "-days",
        "90",
        "-out",
        "served.pem");
    TlsConfig config =
        Stores.config(
            Version.TLSV1_2,
            Stores.certificate(dir.resolve("served.pem"), dir.resolve(file), PASS));
    try (ListenerTls store = Stores.ready(config);
        HandshakeServer server = new HandshakeServer(store)) {
      Output output =
          OpensslCommand.client(
              dir,
              server.port(),
              "-servername",
              "a",
              "-CAfile",
              "served.pem",
              "-verify_hostname",
              "a");
      assertThat(output.text()).contains("Verify return code: 0 (ok)");
    }
  }

  /** Of many wrong ones some decrypt to good padding: those have to be refused all the same. */
  @ParameterizedTest
  @ValueSource(strings = {"ec.pkcs8-des3", "ec.proc-type"})
  void refusesEveryWrongPassphrase(String file) {
    for (int i = 0; i < 600; i++) {
      String wrong = "wrong" + i;
      assertThatThrownBy(() -> read(file, wrong))
          .isInstanceOf(UnusableFile.class)
          .hasMessage("does not open with this passphrase");
    }
  }

  @Test
  void takesNoNoticeOfAPassphraseThatIsNotNeeded() throws Exception {
    assertThat(read("ec", PASS)).isEqualTo(read("ec", null));
  }

  @ParameterizedTest
  @CsvSource({
    "certificate,'holds a certificate, not a private key'",
    "request,'holds a certificate request, not a private key'",
    "public,'holds a public key, not a private key'",
    "der,holds no PEM",
    "absent,does not exist"
  })
  void saysWhatIsThereInstead(String file, String message) {
    assertThatThrownBy(() -> read(file, null)).isInstanceOf(UnusableFile.class).hasMessage(message);
  }

  @Test
  void saysWhatPemCannotBeRead() throws Exception {
    Files.writeString(
        dir.resolve("broken"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> read("broken", null))
        .isInstanceOf(UnusableFile.class)
        .hasMessageStartingWith("is not valid PEM");
  }

  // Keys are equal where their bytes are, and SEC1 may carry the public key along: numbers it is.
  private static void assertSameAsPlain(String file, @Nullable String passphrase)
      throws UnusableFile {
    PrivateKey plain = read(kind(file), null);
    switch (read(file, passphrase)) {
      case ECPrivateKey key -> assertThat(key.getS()).isEqualTo(((ECPrivateKey) plain).getS());
      case PrivateKey key -> assertThat(key).isEqualTo(plain);
    }
  }

  private static String kind(String file) {
    return file.substring(0, file.indexOf('.'));
  }

  private static PrivateKey read(String file, @Nullable String passphrase) throws UnusableFile {
    return PrivateKeys.of(
        PemFile.objects(dir.resolve(file)), passphrase == null ? null : new Secret(passphrase));
  }
}
