package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.PoolConfig;
import io.postern.testkit.LogLines;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of a pool that change while it is in use; each look at them is the test's own. */
class UpstreamTlsRefreshTest {

  private static final CertificateAuthority CA = CertificateAuthority.create("CA");
  private static final CertificateAuthority OTHER = CertificateAuthority.create("Other CA");
  private static final Instant NOW = Stores.now();

  @TempDir private Path dir;
  private LogLines log;
  private UpstreamTls tls;

  @BeforeEach
  void start() throws IOException {
    CA.writeCa(dir.resolve("ca.pem"));
    CA.issue(KeyType.ECDSA, List.of()).writeTo(dir, "a");
    log = LogLines.of("io.postern.tls");
    PoolConfig pool =
        UpstreamTlsTest.pool(
            null,
            dir.resolve("ca.pem"),
            io.postern.config.PoolTlsConfig.Verify.FULL,
            Stores.certificate(dir, "a"));
    tls =
        Objects.requireNonNull(
            UpstreamTls.compile(
                pool, NOW, TlsLibrary.preferred(null), new ArrayList<>(), new ArrayList<>()));
  }

  @AfterEach
  void stop() {
    tls.close();
    log.close();
  }

  private boolean look(Instant now) {
    Runnable replaced = tls.refresh(now);
    if (replaced != null) {
      replaced.run();
    }
    return replaced != null;
  }

  /** As many as a change takes that stands. */
  private boolean settle() {
    assertThat(look(NOW)).as("a change that has just come").isFalse();
    return look(NOW);
  }

  private static Issued fromTomorrow() {
    return CA.issue(
        KeyType.ECDSA,
        List.of(),
        new Validity(NOW.plus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(90))));
  }

  @Test
  void whatDoesNotChangeIsNotReadAgain() {
    assertThat(settle()).isFalse();
    assertThat(log.all()).isEmpty();
  }

  @Test
  void otherAuthoritiesAreTakenOver() throws IOException {
    OTHER.writeCa(dir.resolve("ca.pem"));
    assertThat(settle()).isTrue();
    assertThat(settle()).isFalse();
    assertThat(tls.swaps()).isEqualTo(1);
  }

  /** Who is trusted no more is not trusted until somebody renews what is shown. */
  @Test
  void otherAuthoritiesAreTakenOverThoughWhatIsShownHasExpired() throws IOException {
    Instant later = Objects.requireNonNull(tls.shown()).expires().plusSeconds(1);
    OTHER.writeCa(dir.resolve("ca.pem"));
    assertThat(look(later)).as("a change that has just come").isFalse();
    assertThat(look(later)).isTrue();
    assertThat(tls.swaps()).isEqualTo(1);
    assertThat(tls.refusals()).isZero();
    assertThat(log.about("expired at")).singleElement().asString().startsWith("WARN");
    assertThat(log.about("from now on its servers are verified by")).hasSize(1);
  }

  @Test
  void anotherPairThatHasExpiredIsRefused() throws IOException {
    Issued next = CA.issue(KeyType.ECDSA, List.of());
    next.writeTo(dir, "a");
    Instant later = next.certificate().getNotAfter().toInstant().plusSeconds(1);
    OTHER.writeCa(dir.resolve("ca.pem"));
    look(later);
    assertThat(look(later)).isFalse();
    assertThat(tls.refusals()).isEqualTo(1);
    assertThat(log.about("expired at")).singleElement().asString().startsWith("ERROR");
  }

  /** Sessions and connections go on, where all that is new is the time of a file. */
  @Test
  void aFileThatSaysTheSameReplacesNothing() throws IOException {
    for (String name : List.of("ca.pem", "a.pem", "a.key")) {
      Path file = dir.resolve(name);
      Path copy = Files.copy(file, dir.resolve("copy"));
      Files.move(copy, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(settle()).isFalse();
    assertThat(settle()).isFalse();
    assertThat(tls.swaps()).isZero();
    assertThat(log.all()).isEmpty();
  }

  @Test
  void halfOfAPairIsWaitedFor() throws IOException {
    Issued next = CA.issue(KeyType.RSA, List.of());
    next.writeTo(dir, "next");
    Files.copy(
        dir.resolve("next.pem"),
        dir.resolve("a.pem"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(look(NOW)).isFalse();
    Files.copy(
        dir.resolve("next.key"),
        dir.resolve("a.key"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(settle()).isTrue();
    assertThat(tls.refusals()).isZero();
    assertThat(Objects.requireNonNull(tls.shown()).expires())
        .isEqualTo(next.certificate().getNotAfter().toInstant());
  }

  @Test
  void whatIsMissingIsToldOnceAndTakenWhenItComes() throws IOException {
    Files.delete(dir.resolve("ca.pem"));
    for (int i = 0; i < 40; i++) {
      assertThat(look(NOW)).isFalse();
    }
    assertThat(log.about("ca.pem does not exist")).hasSize(1);
    assertThat(tls.refusals()).isEqualTo(1);
    OTHER.writeCa(dir.resolve("ca.pem"));
    assertThat(settle()).isTrue();
  }

  @Test
  void whatIsTooEarlyIsTakenWhenItsDateHasCome() throws IOException {
    fromTomorrow().writeTo(dir, "a");
    assertThat(settle()).isFalse();
    assertThat(log.about("is valid from")).hasSize(1);
    boolean taken = false;
    for (int i = 0; i < 12; i++) {
      taken |= look(NOW.plus(Duration.ofDays(2)));
    }
    assertThat(taken).isTrue();
    assertThat(tls.swaps()).isEqualTo(1);
  }
}
