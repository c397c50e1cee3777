package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.postern.config.Secret;
import io.postern.config.TlsConfig.SessionTickets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which keys seal and open tickets when, and that a fleet has the same. */
class TicketKeysTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final Duration ROTATE = Duration.ofHours(12);
  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");

  private static TicketKeys keys(@Nullable String secret, Duration rotate) {
    return TicketKeys.of(
        new SessionTickets(Stores.place("t"), secret == null ? null : new Secret(secret), rotate));
  }

  /** The keys as text, the one that seals first. */
  private static List<String> at(TicketKeys keys, Instant when) {
    return Arrays.stream(keys.at(when)).map(TicketKeysTest::text).toList();
  }

  private static String text(OpenSslSessionTicketKey key) {
    HexFormat hex = HexFormat.of();
    return hex.formatHex(key.name()) + hex.formatHex(key.hmacKey()) + hex.formatHex(key.aesKey());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theKeyChangesWithTheEpochAndIsTakenForTwoMore(boolean withSecret) {
    TicketKeys keys = keys(withSecret ? SECRET : null, ROTATE);
    String first = at(keys, NOON).getFirst();
    assertThat(at(keys, NOON.plus(ROTATE).minusMillis(1)).getFirst()).isEqualTo(first);
    for (int epochs = 1; epochs <= 2; epochs++) {
      List<String> later = at(keys, NOON.plus(ROTATE.multipliedBy(epochs)));
      assertThat(later.getFirst()).isNotEqualTo(first);
      assertThat(later).contains(first).doesNotHaveDuplicates();
    }
    assertThat(at(keys, NOON.plus(ROTATE.multipliedBy(3)))).doesNotContain(first);
  }

  /** Its clock is at most one epoch ahead. */
  @Test
  void whatAnInstanceAheadHasSealedIsOpened() {
    String ahead = at(keys(SECRET, ROTATE), NOON.plus(ROTATE)).getFirst();
    assertThat(at(keys(SECRET, ROTATE), NOON)).contains(ahead);
  }

  @Test
  void oneSecretMakesTheSameKeysEverywhere() {
    assertThat(at(keys(SECRET, ROTATE), NOON)).isEqualTo(at(keys(SECRET, ROTATE), NOON));
    assertThat(at(keys(SECRET, ROTATE), NOON))
        .doesNotContainAnyElementsOf(at(keys(SECRET + "x", ROTATE), NOON));
  }

  /** What was sealed with a key of one length of time is not opened with one of another. */
  @Test
  void otherEpochsAreOtherKeys() {
    assertThat(at(keys(SECRET, ROTATE), Instant.EPOCH))
        .doesNotContainAnyElementsOf(at(keys(SECRET, Duration.ofHours(6)), Instant.EPOCH));
  }

  @Test
  void withoutASecretEachInstanceHasItsOwn() {
    assertThat(at(keys(null, ROTATE), NOON))
        .doesNotContainAnyElementsOf(at(keys(null, ROTATE), NOON));
  }
}
