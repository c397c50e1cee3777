package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.HostPattern;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.testkit.LogLines;
import io.postern.tls.CertificateAuthority.Issued;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OCSP responses in files beside certificates; each look at them is the test's own. */
class StapleTest {

  private static final OcspAuthority AUTHORITY = new OcspAuthority();
  private static final Instant NOW = Stores.now();
  private static final URI RESPONDER = URI.create("http://127.0.0.1:9/");
  private static final String HOST = "a.example.com";

  @TempDir private Path dir;
  private LogLines log;
  private @Nullable ListenerTls tls;

  @BeforeEach
  void start() {
    log = LogLines.of("io.postern.tls");
  }

  @AfterEach
  void stop() {
    if (tls != null) {
      tls.close();
    }
    log.close();
  }

  private static Issued plain() {
    return AUTHORITY.issue(HOST, null, false);
  }

  private static Issued mustStaple() {
    return AUTHORITY.issue(HOST, RESPONDER, true);
  }

  private Path response() {
    return dir.resolve("a.ocsp");
  }

  private TlsConfig config(boolean fetch) {
    TlsConfig.Certificate pair = Stores.certificate(dir, "a");
    return Stores.withFetch(
        Stores.config(
            Version.TLSV1_2,
            new TlsConfig.Certificate(pair.place(), pair.chain(), pair.key(), null, response())),
        fetch);
  }

  private List<String> problems(TlsConfig config, List<Problem> warnings) {
    List<Problem> problems = new ArrayList<>();
    ListenerTls made = ListenerTls.compile(config, NOW, (KeyLog) null, null, problems, warnings);
    if (made != null) {
      made.close();
    }
    return problems.stream().map(Object::toString).toList();
  }

  private void isRefusedAtStart(boolean fetch, String... words) {
    List<String> problems = problems(config(fetch), new ArrayList<>());
    assertThat(problems).hasSize(words.length);
    for (int i = 0; i < words.length; i++) {
      assertThat(problems.get(i)).contains(words[i]);
    }
  }

  private void ready(TlsConfig config) {
    tls = Stores.ready(config);
  }

  private ListenerTls tls() {
    return Objects.requireNonNull(tls);
  }

  private boolean look(Instant now) {
    CertificateStore replaced = tls().refresh(now, List.of(HostPattern.parse(HOST)));
    if (replaced != null) {
      replaced.close();
    }
    return replaced != null;
  }

  private boolean settle() {
    assertThat(look(NOW)).as("a change that has just come").isFalse();
    return look(NOW);
  }

  private ServerCertificate served() throws ClientHello.Malformed {
    return Objects.requireNonNull(tls().store().select(new HelloBytes().host(HOST).hello()))
        .certificate();
  }

  private byte @Nullable [] stapled() throws ClientHello.Malformed {
    return served().staple().at(NOW);
  }

  @Test
  void whatIsNotInOrderAtTheStartIsAProblem() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    isRefusedAtStart(false, "tls.certificates[0].ocspResponse: " + response() + " does not exist");
    Files.writeString(response(), "no response");
    isRefusedAtStart(true, "is not an OCSP response");
    Files.write(response(), new byte[OcspResponse.MAX_BYTES + 1]);
    isRefusedAtStart(true, "is too large");
    AUTHORITY.about(plain()).writeTo(response());
    isRefusedAtStart(true, "is about another certificate");
    AUTHORITY.about(issued).revoked().writeTo(response());
    isRefusedAtStart(true, "was revoked at");
    AUTHORITY.about(issued).writeTo(response());
    isRefusedAtStart(false);
    new Issued(List.of(issued.certificate()), issued.key()).writeTo(dir, "a");
    isRefusedAtStart(false, "the chain has no issuer");
  }

  /** A machine that was off for a week is to serve, all the same. */
  @Test
  void anOldOneAtTheStartIsAWarning() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).valid(NOW.minusSeconds(60), NOW.minusSeconds(1)).writeTo(response());
    List<Problem> warnings = new ArrayList<>();
    assertThat(problems(config(false), warnings)).isEmpty();
    assertThat(warnings).singleElement().asString().contains("expired at");
    ready(config(false));
    assertThat(stapled()).isNull();
  }

  @Test
  void oneThatIsDemandedMustBeThereOrBeFetched() throws Exception {
    mustStaple().writeTo(dir, "a");
    TlsConfig without = Stores.config(Version.TLSV1_2, Stores.certificate(dir, "a"));
    assertThat(problems(without, new ArrayList<>()))
        .singleElement()
        .asString()
        .contains("tls.certificates[0].chain: ")
        .contains("demands an OCSP response")
        .contains("ocspResponse; or ocspFetch");
    assertThat(problems(Stores.withFetch(without, true), new ArrayList<>())).isEmpty();
    AUTHORITY.issue(HOST, null, true).writeTo(dir, "a");
    assertThat(problems(Stores.withFetch(without, true), new ArrayList<>()))
        .as("it names no responder")
        .hasSize(1);
  }

  @Test
  void anOldOneThatIsDemandedIsAProblemUnlessOneIsFetched() throws Exception {
    Issued issued = mustStaple();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).valid(NOW.minusSeconds(60), NOW.minusSeconds(1)).writeTo(response());
    isRefusedAtStart(false, "expired at", "demands an OCSP response");
    isRefusedAtStart(true);
  }

  @Test
  void aChangedOneIsTakenOverAndTheCertificateStays() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).valid(NOW.minusSeconds(60), NOW.plusSeconds(60)).writeTo(response());
    ready(config(false));
    ServerCertificate before = served();
    byte[] next = AUTHORITY.about(issued).bytes();
    Files.write(response(), next);
    assertThat(settle()).isFalse();
    assertThat(stapled()).isNotEqualTo(next);
    AUTHORITY.about(issued).valid(NOW.minusSeconds(30), NOW.plusSeconds(90)).writeTo(response());
    next = Files.readAllBytes(response());
    assertThat(settle()).as("certificates that change").isFalse();
    assertThat(stapled()).isEqualTo(next);
    assertThat(served()).isSameAs(before);
    assertThat(tls().refusals()).isZero();
    assertThat(log.all()).isEmpty();
  }

  @Test
  void aBadOneIsRefusedAndTheOneBeforeGoesOnUntilItExpires() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).valid(NOW.minusSeconds(60), NOW.plusSeconds(60)).writeTo(response());
    byte[] good = Files.readAllBytes(response());
    ready(config(false));
    Files.writeString(response(), "no response");
    settle();
    look(NOW);
    assertThat(stapled()).isEqualTo(good);
    assertThat(tls().refusals()).isEqualTo(1);
    assertThat(log.about("is not an OCSP response")).singleElement().asString().startsWith("ERROR");
    look(NOW.plusSeconds(61));
    look(NOW.plusSeconds(62));
    assertThat(served().staple().at(NOW.plusSeconds(61))).isNull();
    assertThat(log.about("its OCSP response expired at")).hasSize(1);
  }

  @Test
  void oneThatSaysRevokedTakesAwayTheOneBefore() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).writeTo(response());
    ready(config(false));
    AUTHORITY.about(issued).revoked().writeTo(response());
    settle();
    assertThat(stapled()).isNull();
    assertThat(log.about("was revoked at")).singleElement().asString().startsWith("ERROR");
    assertThat(tls().refusals()).isEqualTo(1);
  }

  /** It is signed and in its time still, and somebody may put it there again. */
  @Test
  void afterRevokedOnlyANewerOneIsTaken() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).writeTo(response());
    byte[] old = Files.readAllBytes(response());
    ready(config(false));
    AUTHORITY.about(issued).revoked().valid(NOW.minusSeconds(60), null).writeTo(response());
    settle();
    Files.write(response(), old);
    settle();
    assertThat(stapled()).isNull();
    assertThat(log.about("and the certificate was revoked by one of")).hasSize(1);
    AUTHORITY.about(issued).valid(NOW.minusSeconds(30), NOW.plusSeconds(60)).writeTo(response());
    settle();
    assertThat(stapled()).isEqualTo(Files.readAllBytes(response()));
  }

  @Test
  void oneThatIsTooEarlyIsTakenWhenItsDateHasCome() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).writeTo(response());
    ready(config(false));
    Instant from = NOW.plus(Duration.ofHours(1));
    AUTHORITY.about(issued).valid(from, from.plusSeconds(600)).writeTo(response());
    byte[] next = Files.readAllBytes(response());
    for (int i = 0; i < 40; i++) {
      look(NOW);
    }
    assertThat(stapled()).isNotEqualTo(next);
    assertThat(log.about("is good from")).hasSize(1);
    assertThat(tls().refusals()).isEqualTo(1);
    for (int i = 0; i < 12; i++) {
      look(from);
    }
    assertThat(stapled()).isEqualTo(next);
  }

  @Test
  void whatCannotBeFetchedIsAWarning() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    TlsConfig without = Stores.config(Version.TLSV1_2, Stores.certificate(dir, "a"));
    assertThat(warnings(Stores.withFetch(without, true)).toString())
        .contains("a.pem names no OCSP responder: no response is fetched for it");
    AUTHORITY.about(issued).writeTo(response());
    assertThat(warnings(config(true))).as("it has a file").isEmpty();
    Issued asked = AUTHORITY.issue(HOST, RESPONDER, false);
    asked.writeTo(dir, "a");
    assertThat(warnings(Stores.withFetch(without, true))).isEmpty();
    new Issued(List.of(asked.certificate()), asked.key()).writeTo(dir, "a");
    assertThat(warnings(Stores.withFetch(without, true)).toString())
        .contains("a.pem has no issuer behind it");
  }

  private List<Problem> warnings(TlsConfig config) {
    List<Problem> warnings = new ArrayList<>();
    assertThat(problems(config, warnings)).isEmpty();
    return warnings;
  }

  /** Whoever writes the certificate first is not told off, and the response follows. */
  @Test
  void aNewCertificateDoesNotWaitForItsResponse() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).writeTo(response());
    ready(config(false));
    Issued next = plain();
    next.writeTo(dir, "a");
    assertThat(settle()).isTrue();
    assertThat(served().loaded().chain()).isEqualTo(next.chain());
    assertThat(stapled()).as("what is said of another").isNull();
    assertThat(log.about("is about another")).singleElement().asString().startsWith("WARN");
    AUTHORITY.about(next).writeTo(response());
    settle();
    assertThat(stapled()).isEqualTo(Files.readAllBytes(response()));
    assertThat(tls().refusals()).isZero();
  }

  @Test
  void theSameCertificateInNewFilesKeepsItsResponse() throws Exception {
    Issued issued = plain();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).writeTo(response());
    ready(config(false));
    Files.delete(response());
    issued.writeTo(dir, "a");
    assertThat(settle()).isTrue();
    assertThat(stapled()).isNotNull();
  }

  @Test
  void aNewOneThatDemandsAResponseWaitsForIt() throws Exception {
    Issued issued = mustStaple();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).writeTo(response());
    ready(config(false));
    Issued next = mustStaple();
    next.writeTo(dir, "a");
    assertThat(settle()).isFalse();
    assertThat(look(NOW)).isFalse();
    assertThat(served().loaded().chain()).isEqualTo(issued.chain());
    assertThat(stapled()).isNotNull();
    assertThat(log.about("there is none yet")).hasSize(1);
    assertThat(tls().refusals()).isEqualTo(1);
    AUTHORITY.about(next).writeTo(response());
    assertThat(settle()).isTrue();
    assertThat(served().loaded().chain()).isEqualTo(next.chain());
    assertThat(stapled()).isEqualTo(Files.readAllBytes(response()));
  }

  /** With neither of the two strict clients go on, with the new one the others do. */
  @Test
  void itWaitsNoLongerThanTheOneBeforeIsValid() throws Exception {
    Issued issued = mustStaple();
    issued.writeTo(dir, "a");
    AUTHORITY.about(issued).writeTo(response());
    ready(config(false));
    Issued next = mustStaple();
    next.writeTo(dir, "a");
    assertThat(settle()).isFalse();
    Instant end = issued.certificate().getNotAfter().toInstant();
    assertThat(look(end.minus(Duration.ofSeconds(1)))).isFalse();
    assertThat(look(end)).isTrue();
    assertThat(served().loaded().chain()).isEqualTo(next.chain());
  }

  @Test
  void besidePairsOfADirectory() throws Exception {
    Path more = Files.createDirectory(dir.resolve("more"));
    Issued issued = plain();
    issued.writeTo(more, "a");
    ready(Stores.config(Version.TLSV1_2, more));
    assertThat(stapled()).isNull();
    AUTHORITY.about(issued).writeTo(more.resolve("a.ocsp"));
    settle();
    assertThat(stapled()).isEqualTo(Files.readAllBytes(more.resolve("a.ocsp")));
    Files.delete(more.resolve("a.ocsp"));
    settle();
    assertThat(stapled()).as("one that is good all the same").isNotNull();
    assertThat(log.all()).isEmpty();
  }

  /** A look that is refused as a whole is not the end of looking at responses. */
  @Test
  void besideABadPair() throws Exception {
    Path more = Files.createDirectory(dir.resolve("more"));
    Issued issued = plain();
    issued.writeTo(more, "a");
    ready(Stores.config(Version.TLSV1_2, more));
    plain().writeTo(more, "second");
    assertThat(settle()).as("two for one host").isFalse();
    AUTHORITY.about(issued).writeTo(more.resolve("a.ocsp"));
    settle();
    assertThat(stapled()).isEqualTo(Files.readAllBytes(more.resolve("a.ocsp")));
  }

  @Test
  void theOneThatDoesNotLackWhatItDemandsIsPreferred() throws Exception {
    Path more = Files.createDirectory(dir.resolve("more"));
    Issued lacking = mustStaple();
    lacking.writeTo(more, "lacking");
    AUTHORITY.issue("*.example.com", null, false).writeTo(more, "star");
    ready(Stores.withFetch(Stores.config(Version.TLSV1_2, more), true));
    assertThat(served().names()).containsExactly("*.example.com");
    AUTHORITY.about(lacking).writeTo(more.resolve("lacking.ocsp"));
    settle();
    assertThat(served().names()).containsExactly(HOST);
  }
}
