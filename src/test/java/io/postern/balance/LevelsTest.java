package io.postern.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Near groups first; farther ones take over by degrees, and give back in the same way. */
class LevelsTest {

  private static Levels levels(int... usableOfTen) {
    Levels levels = new Levels(usableOfTen.length);
    for (int level = 0; level < usableOfTen.length; level++) {
      for (int server = 0; server < 10; server++) {
        levels.add(level, 100, server < usableOfTen[level]);
      }
    }
    return levels;
  }

  /** Of ten near servers fewer and fewer are left, while all the far ones are there. */
  @ParameterizedTest
  @CsvSource({
    "10, 1.00",
    "9, 1.00",
    "8, 1.00",
    "7, 0.98",
    "6, 0.84",
    "5, 0.70",
    "4, 0.56",
    "3, 0.42",
    "2, 0.28",
    "1, 0.14",
    "0, 0.00"
  })
  void theFarOnesTakeOverInSteps(int near, double share) {
    Levels levels = levels(near, 10);
    assertThat(levels.share(0)).isCloseTo(share, within(1e-9));
    assertThat(levels.share(1)).isCloseTo(1 - share, within(1e-9));
    assertThat(levels.choose(0)).isEqualTo(near == 0 ? 1 : 0);
    assertThat(levels.choose(0.999999)).isEqualTo(share == 1 ? 0 : 1);
  }

  @Test
  void whereAllTogetherAreNotEnoughEachHasItsPart() {
    Levels levels = levels(2, 1, 0);
    assertThat(levels.share(0)).isCloseTo(2.0 / 3, within(1e-9));
    assertThat(levels.share(1)).isCloseTo(1.0 / 3, within(1e-9));
    assertThat(levels.share(2)).isZero();
    assertThat(levels.isBelow(0.1)).isFalse();
    assertThat(levels.isBelow(0.11)).isTrue();
  }

  @Test
  void nobodyIsUsable() {
    Levels levels = levels(0, 0);
    assertThat(levels.choose(0.5)).isEqualTo(Balancer.NONE);
    assertThat(levels.share(0)).isZero();
    levels.clear();
    levels.add(1, 1, true);
    assertThat(levels.choose(0.5)).isEqualTo(1);
  }

  /** Whatever is usable: shares make up one, lots follow them, and better health gets no less. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyHealth(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      int[] usable = {random.nextInt(11), random.nextInt(11), random.nextInt(11)};
      Levels levels = levels(usable);
      double sum = levels.share(0) + levels.share(1) + levels.share(2);
      assertThat(sum).isCloseTo(usable[0] + usable[1] + usable[2] == 0 ? 0 : 1, within(1e-9));
      int[] counts = new int[3];
      for (int lot = 0; lot < 1000 && sum > 0; lot++) {
        counts[levels.choose(lot / 1000.0)]++;
      }
      for (int level = 0; level < 3; level++) {
        assertThat(counts[level] / 1000.0)
            .isCloseTo(levels.share(level) * Math.round(sum), within(0.0021));
        if (usable[level] < 10) {
          double before = levels.share(level);
          usable[level]++;
          assertThat(levels(usable).share(level)).isGreaterThanOrEqualTo(before - 1e-9);
          usable[level]--;
        }
      }
    }
  }
}
