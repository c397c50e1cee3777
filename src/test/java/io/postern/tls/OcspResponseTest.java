package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.OcspAuthority.Answer;
import io.postern.tls.UnusableResponse.Why;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which OCSP responses may be stapled, and what is said of the others. */
class OcspResponseTest {

  private static final OcspAuthority AUTHORITY = new OcspAuthority();
  private static final OcspAuthority STRANGER = new OcspAuthority();
  private static final Issued SERVED = AUTHORITY.issue("a.example.com", null, false);
  private static final Issued OTHER = AUTHORITY.issue("a.example.com", null, false);
  private static final Instant NOW = Stores.now().truncatedTo(ChronoUnit.SECONDS);

  private static Answer good() {
    return AUTHORITY.about(SERVED);
  }

  private static OcspResponse check(byte[] bytes) throws UnusableResponse {
    return OcspResponse.check(bytes, SERVED.certificate(), AUTHORITY.issuer(), NOW);
  }

  private static void isRefused(byte[] bytes, Why why, String words) {
    assertThatThrownBy(() -> check(bytes))
        .asInstanceOf(InstanceOfAssertFactories.type(UnusableResponse.class))
        .satisfies(
            refused -> {
              assertThat(refused.what()).contains(words);
              assertThat(refused.why()).isEqualTo(why);
            });
  }

  private static void isBad(byte[] bytes, String words) {
    isRefused(bytes, Why.BAD, words);
  }

  @Test
  void aGoodOneIsGoodUntilTheNextUpdate() throws UnusableResponse {
    Instant until = NOW.plusSeconds(60);
    byte[] bytes = good().valid(NOW, until).bytes();
    OcspResponse response = check(bytes);
    assertThat(response.bytes()).isEqualTo(bytes);
    assertThat(response.until()).isEqualTo(until);
    assertThat(response.isCurrent(until.minusMillis(1))).isTrue();
    assertThat(response.isCurrent(until)).isFalse();
  }

  @Test
  void theCertificateMayBeNamedWithSha256() throws UnusableResponse {
    assertThat(check(good().sha256().bytes()).isCurrent(NOW)).isTrue();
    isBad(good().digest(NISTObjectIdentifiers.id_sha512).bytes(), "is about another certificate");
  }

  @Test
  void oneThatOpenSslHasMadeIsTaken(@TempDir Path dir) throws Exception {
    String[] newKey = {"-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"};
    openssl(dir, "req -x509 -keyout ca.key -out ca.pem -subj /CN=CA -days 9", newKey);
    openssl(dir, "req -new -keyout a.key -out a.csr -subj /CN=a", newKey);
    openssl(dir, "x509 -req -in a.csr -CA ca.pem -CAkey ca.key -set_serial 74565 -out a.pem");
    Files.writeString(dir.resolve("index"), "V\t990101000000Z\t\t012345\tunknown\t/CN=a\n");
    openssl(
        dir,
        "ocsp -index index -CA ca.pem -rsigner ca.pem -rkey ca.key -issuer ca.pem -cert a.pem"
            + " -ndays 1 -respout a.ocsp");
    OcspResponse response =
        OcspResponse.check(
            Files.readAllBytes(dir.resolve("a.ocsp")),
            PemFile.certificates(dir.resolve("a.pem")).getFirst(),
            PemFile.certificates(dir.resolve("ca.pem")).getFirst(),
            Stores.now());
    assertThat(response.until()).isAfter(NOW.plus(Duration.ofHours(23)));
  }

  private static void openssl(Path dir, String command, String... more) {
    OpensslCommand.run(
        dir,
        Stream.concat(Arrays.stream(command.split(" ", -1)), Arrays.stream(more))
            .toArray(String[]::new));
  }

  @Test
  void aDelegateMaySignForAsLongAsItIsValid() throws UnusableResponse {
    Instant end = NOW.plusSeconds(60);
    Issued delegate =
        AUTHORITY.delegate(
            KeyPurposeId.id_kp_OCSPSigning,
            new CertificateAuthority.Validity(NOW.minusSeconds(60), end));
    assertThat(check(good().by(delegate).bytes()).until()).isEqualTo(end);
  }

  @Test
  void aDelegateNeedsThePurposeTheDatesAndTheIssuer() {
    List<Issued> nobodies =
        List.of(
            AUTHORITY.delegate(KeyPurposeId.id_kp_serverAuth, OcspAuthority.days(-1, 1)),
            AUTHORITY.delegate(KeyPurposeId.id_kp_OCSPSigning, OcspAuthority.days(-2, -1)),
            AUTHORITY.delegate(KeyPurposeId.id_kp_OCSPSigning, OcspAuthority.days(1, 2)),
            STRANGER.delegate(KeyPurposeId.id_kp_OCSPSigning, OcspAuthority.days(-1, 1)),
            SERVED);
    assertThat(nobodies)
        .allSatisfy(each -> isBad(good().by(each).bytes(), "is not signed by one who may"));
  }

  @Test
  void oneOfAStrangerIsRefused() {
    isBad(STRANGER.about(SERVED).bytes(), "is about another certificate");
    isBad(STRANGER.about(SERVED).of(AUTHORITY.issuer()).bytes(), "is not signed by one who may");
  }

  @Test
  void oneAboutAnotherIsRefused() {
    isBad(AUTHORITY.about(OTHER).bytes(), "is about another certificate");
    isBad(good().of(STRANGER.issuer()).bytes(), "is about another certificate");
  }

  @Test
  void oneOfAnotherTimeIsRefused() throws UnusableResponse {
    isRefused(
        good().valid(NOW.minusSeconds(90), NOW.minusSeconds(30)).bytes(),
        Why.EXPIRED,
        "expired at");
    isRefused(
        good().valid(NOW.plusSeconds(301), NOW.plusSeconds(900)).bytes(),
        Why.NOT_YET,
        "is good from");
    isBad(good().valid(NOW, null).bytes(), "does not say until when");
    assertThat(check(good().valid(NOW.plusSeconds(299), NOW.plusSeconds(900)).bytes()).since())
        .as("by a clock that is ahead")
        .isEqualTo(NOW.plusSeconds(299));
  }

  @Test
  void whatIsNotGoodIsRefused() {
    isRefused(good().revoked().bytes(), Why.REVOKED, "was revoked at");
    isBad(good().status(new UnknownStatus()).bytes(), "is not known");
    isBad(
        STRANGER.about(SERVED).of(AUTHORITY.issuer()).revoked().bytes(),
        "is not signed by one who may");
  }

  @ParameterizedTest
  @CsvSource({"1, malformedRequest", "2, internalError", "3, tryLater", "6, unauthorized"})
  void aResponderThatSaysNothing(int status, String words) {
    isBad(OcspAuthority.failure(status), words);
  }

  @Test
  void successWithoutAResponse() {
    isBad(OcspAuthority.failure(OCSPResp.SUCCESSFUL), "is not a");
  }

  @Test
  void bytesThatAreNone() {
    byte[] bytes = good().bytes();
    isBad(new byte[0], "is not an OCSP response");
    isBad("<html>".getBytes(StandardCharsets.US_ASCII), "is not an OCSP response");
    isBad(Arrays.copyOf(bytes, bytes.length + 1), "is not an OCSP response");
    isBad(new byte[OcspResponse.MAX_BYTES + 1], "is too large");
  }

  /** Whatever is cut off or flipped, nothing but words comes of it. */
  @Test
  void whatIsCutOrFlippedIsFoundOut() throws UnusableResponse {
    byte[] bytes =
        good()
            .by(AUTHORITY.delegate(KeyPurposeId.id_kp_OCSPSigning, OcspAuthority.days(-1, 1)))
            .bytes();
    for (int i = 0; i < bytes.length; i += 3) {
      byte[] cut = Arrays.copyOf(bytes, i);
      assertThatThrownBy(() -> check(cut)).isInstanceOf(UnusableResponse.class);
      byte[] flipped = bytes.clone();
      flipped[i] ^= 0x10;
      try {
        // Not everything is signed, such as a name of the algorithm that stands there twice.
        assertThat(check(flipped).until()).isBefore(NOW.plus(Duration.ofDays(2)));
      } catch (UnusableResponse e) {
        assertThat(e.what()).isNotEmpty();
      }
    }
  }
}
