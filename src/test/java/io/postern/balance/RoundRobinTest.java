package io.postern.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinTest {

  private static String choices(Weights weights, int turns, int count) {
    Balancer balancer = new RoundRobin(weights, turns);
    StringBuilder chosen = new StringBuilder();
    for (int i = 0; i < count; i++) {
      int choice = balancer.choose(weights);
      chosen.append(choice == Balancer.NONE ? '-' : (char) ('a' + choice));
    }
    return chosen.toString();
  }

  @Test
  void theExampleOfNginxComesOutAsThere() {
    assertThat(choices(new Weights(5, 1, 1), 0, 14)).isEqualTo("aabacaaaabacaa");
  }

  @Test
  void equalWeightsTakeTurns() {
    assertThat(choices(new Weights(100, 100, 100), 0, 7)).isEqualTo("abcabca");
  }

  @Test
  void eachLoopBeginsAtATurnOfItsOwn() {
    Weights weights = new Weights(100, 100, 100);
    assertThat(choices(weights, 1, 6)).isEqualTo("bcabca");
    assertThat(choices(weights, 2, 6)).isEqualTo("cabcab");
    assertThat(choices(weights, 3, 6)).isEqualTo("abcabc");
  }

  @Test
  void noWeightGetsNothing() {
    assertThat(choices(new Weights(1, 0, 1), 0, 6)).isEqualTo("acacac");
    assertThat(choices(new Weights(0, 0), 0, 2)).isEqualTo("--");
    assertThat(choices(new Weights(), 5, 2)).isEqualTo("--");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyCycleIsExactAndSpreadOut(long seed) {
    Random random = new Random(seed);
    int[] weights = random.ints(2 + random.nextInt(10), 0, 1001).toArray();
    weights[0] = 1 + random.nextInt(1000);
    int sum = IntStream.of(weights).sum();
    Balancer balancer = new RoundRobin(new Weights(weights), random.nextInt(16));
    for (int cycle = 0; cycle < 3; cycle++) {
      int[] counts = new int[weights.length];
      for (int turn = 1; turn <= sum; turn++) {
        counts[balancer.choose(new Weights(weights))]++;
        for (int i = 0; i < weights.length; i++) {
          // At any point of the round nobody is far from a fair share: there are no bursts.
          double fair = (double) turn * weights[i] / sum;
          assertThat(Math.abs(counts[i] - fair))
              .as("seed %d, turn %d", seed, turn)
              .isLessThan(weights.length);
        }
      }
      assertThat(counts).as("seed %d", seed).isEqualTo(weights);
    }
  }

  @Test
  void sharesStayWithinTwoPercentWhenSomeCallsSkipCandidates() {
    int[] weights = {300, 200, 100, 400};
    Balancer balancer = new RoundRobin(new Weights(weights), 0);
    Random random = new Random(42);
    int[] counts = new int[4];
    int first = 100_000;
    for (int i = 0; i < first; i++) {
      int choice = balancer.choose(new Weights(weights));
      counts[choice]++;
      if (random.nextInt(20) == 0) { // a retry elsewhere, which is not counted as a first choice
        int[] left = weights.clone();
        left[choice] = 0;
        assertThat(balancer.choose(new Weights(left))).isNotEqualTo(choice);
      }
    }
    for (int i = 0; i < 4; i++) {
      assertThat(counts[i] / (double) first)
          .isBetween(weights[i] / 1000.0 - .02, weights[i] / 1000.0 + .02);
    }
  }

  @Test
  void whoReturnsIsNotOverrun() {
    int[] weights = {100, 100};
    Balancer balancer = new RoundRobin(new Weights(weights), 0);
    weights[0] = 0;
    for (int i = 0; i < 1000; i++) {
      assertThat(balancer.choose(new Weights(weights))).isEqualTo(1);
    }
    weights[0] = 100;
    int[] counts = new int[2];
    for (int i = 0; i < 10; i++) {
      counts[balancer.choose(new Weights(weights))]++;
    }
    assertThat(counts).containsExactly(5, 5);
  }
}
