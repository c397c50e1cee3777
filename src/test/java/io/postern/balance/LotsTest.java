package io.postern.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The policies that draw lots, with seeds. */
class LotsTest {

  private static final int PICKS = 100_000;

  record Policy(String name, Function<RandomGenerator, Balancer> maker) {

    Balancer make(long seed) {
      return maker.apply(new Random(seed));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Policy> policies() {
    return Stream.of(
        new Policy("random", WeightedRandom::new),
        new Policy("least-outstanding", LeastOutstanding::new));
  }

  private static int[] counts(Balancer balancer, Candidates candidates, int picks) {
    int[] counts = new int[candidates.size()];
    for (int i = 0; i < picks; i++) {
      counts[balancer.choose(candidates)]++;
    }
    return counts;
  }

  private static void assertShares(int[] counts, int... weights) {
    double total = IntStream.of(counts).sum();
    double sum = IntStream.of(weights).sum();
    for (int i = 0; i < weights.length; i++) {
      assertThat(counts[i] / total)
          .as("share of %d in %s", i, Arrays.toString(counts))
          .isBetween(weights[i] / sum - .02, weights[i] / sum + .02);
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void sharesFollowTheWeights(Policy policy) {
    for (int[] weights :
        new int[][] {{100, 100, 100}, {300, 200, 100, 400}, {1, 1000}, {7}, {1, 1, 1, 1, 996}}) {
      assertShares(counts(policy.make(11), new Weights(weights), PICKS), weights);
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aThousandCandidatesAreAllChosen(Policy policy) {
    int[] weights = new int[1000];
    Arrays.fill(weights, 100);
    int[] counts = counts(policy.make(3), new Weights(weights), 50 * PICKS);
    assertThat(IntStream.of(counts).min().orElseThrow()).isGreaterThan(4500);
    assertThat(IntStream.of(counts).max().orElseThrow()).isLessThan(5500);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void fewAmongManyKeepTheirShares(Policy policy) {
    int[] weights = new int[1000];
    weights[3] = 100;
    weights[500] = 200;
    weights[999] = 100;
    int[] counts = counts(policy.make(5), new Weights(weights), PICKS);
    assertShares(new int[] {counts[3], counts[500], counts[999]}, 100, 200, 100);
    assertThat(counts[3] + counts[500] + counts[999]).isEqualTo(PICKS);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void noWeightGetsNothing(Policy policy) {
    Balancer balancer = policy.make(1);
    assertThat(counts(balancer, new Weights(1, 0, 1000, 0), PICKS)[1]).isZero();
    assertThat(balancer.choose(new Weights(0, 0))).isEqualTo(Balancer.NONE);
    assertThat(balancer.choose(new Weights())).isEqualTo(Balancer.NONE);
    assertThat(balancer.choose(new Weights(0, 5, 0))).isEqualTo(1);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void whoIsExcludedForAWhileIsNotChosenAndComesBack(Policy policy) {
    int[] weights = {100, 100, 100};
    Weights candidates = new Weights(weights);
    Balancer balancer = policy.make(2);
    weights[1] = 0;
    assertThat(counts(balancer, candidates, PICKS)[1]).isZero();
    weights[1] = 100;
    assertShares(counts(balancer, candidates, PICKS), 100, 100, 100);
  }

  @Test
  void ofTwoTheOneWithLessOutstandingForItsWeightIsTaken() {
    Balancer balancer = new LeastOutstanding(new Random(4));
    Weights candidates = new Weights(100, 100);
    candidates.outstanding[0] = 3;
    candidates.outstanding[1] = 2;
    assertThat(counts(balancer, candidates, 1000)).containsExactly(0, 1000);
    Weights weighted = new Weights(400, 100);
    weighted.outstanding[0] = 6;
    weighted.outstanding[1] = 1;
    assertThat(counts(balancer, weighted, 1000)).containsExactly(1000, 0);
    weighted.outstanding[0] = 8;
    assertThat(counts(balancer, weighted, 1000)).containsExactly(0, 1000);
  }

  @Test
  void twoDifferentOnesAreDrawn() {
    Balancer balancer = new LeastOutstanding(new Random(4));
    Weights candidates = new Weights(100, 100, 100);
    candidates.outstanding[2] = 100;
    assertThat(counts(balancer, candidates, PICKS)[2])
        .as("whoever is drawn with the busiest one wins")
        .isZero();
  }

  @Test
  void whatIsOutstandingGrowsByWeight() {
    Weights candidates = new Weights(300, 200, 100, 400);
    Balancer balancer = new LeastOutstanding(new Random(6));
    for (int i = 0; i < PICKS; i++) {
      candidates.outstanding[balancer.choose(candidates)]++;
    }
    assertShares(candidates.outstanding, 300, 200, 100, 400);
  }
}
