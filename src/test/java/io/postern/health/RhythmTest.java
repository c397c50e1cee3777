package io.postern.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RhythmTest {

  private static final long SECOND = 1_000_000_000L;

  @Test
  void theIntervalIsTenPercentMoreOrLess() {
    assertThat(Rhythm.pause(5 * SECOND, 0, 0)).isEqualTo(4_500_000_000L);
    assertThat(Rhythm.pause(5 * SECOND, 0.5, 0)).isEqualTo(5_000_000_000L);
    assertThat(Rhythm.pause(5 * SECOND, Math.nextDown(1.0), 0))
        .isBetween(5_499_999_000L, 5_500_000_000L);
    Random random = new Random(7);
    double sum = 0;
    for (int i = 0; i < 100_000; i++) {
      long pause = Rhythm.pause(SECOND, random.nextDouble(), 0);
      assertThat(pause).isBetween(900_000_000L, 1_100_000_000L);
      sum += pause;
    }
    assertThat(sum / 100_000 / SECOND).isBetween(0.999, 1.001);
  }

  @Test
  void whatTheCheckTookIsPartOfTheInterval() {
    assertThat(Rhythm.pause(SECOND, 0.5, 300_000_000)).isEqualTo(700_000_000);
    assertThat(Rhythm.pause(SECOND, 0.5, SECOND)).isZero();
    assertThat(Rhythm.pause(SECOND, 0, 2 * SECOND)).isZero();
  }
}
