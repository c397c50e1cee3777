package io.postern.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same for the same key, by weight; who leaves moves its own keys; nobody is overloaded. */
class RendezvousTest {

  private static final int KEYS = 200_000;
  private static final int ANY = 0;

  private static int[] chosen(Weights candidates, long seed) {
    Rendezvous policy = new Rendezvous(ANY, new SplittableRandom(1));
    SplittableRandom keys = new SplittableRandom(seed);
    int[] chosen = new int[KEYS];
    for (int i = 0; i < KEYS; i++) {
      chosen[i] = policy.choose(candidates, keys.nextLong());
    }
    return chosen;
  }

  private static int[] counts(int[] chosen, int size) {
    int[] counts = new int[size];
    for (int each : chosen) {
      counts[each]++;
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void byWeight(long seed) {
    int[] weights = {100, 100, 50, 200, 1, 0, 549};
    int[] counts = counts(chosen(new Weights(weights), seed), weights.length);
    for (int i = 0; i < weights.length; i++) {
      double share = weights[i] / 1000.0;
      assertThat(counts[i] / (double) KEYS).isCloseTo(share, within(0.02 * Math.max(share, 0.1)));
    }
    assertThat(counts[5]).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 10, 50})
  void whoLeavesMovesItsOwnKeysOnly(int size) {
    int[] weights = new int[size];
    Arrays.fill(weights, 100);
    int[] before = chosen(new Weights(weights), 7);
    weights[1] = 0;
    int[] after = chosen(new Weights(weights), 7);
    int moved = 0;
    int[] heirs = new int[size];
    for (int i = 0; i < KEYS; i++) {
      if (before[i] != after[i]) {
        assertThat(before[i]).isEqualTo(1);
        heirs[after[i]]++;
        moved++;
      }
    }
    assertThat(moved / (double) KEYS).isCloseTo(1.0 / size, within(0.1 / size));
    for (int i = 0; i < size; i++) {
      double share = i == 1 ? 0 : 1.0 / (size - 1);
      assertThat(heirs[i] / (double) moved).isCloseTo(share, within(5 * Math.sqrt(share / moved)));
    }
  }

  @Test
  void whoGetsLighterGivesAndTakesFromNobodyElse() {
    int[] before = chosen(new Weights(100, 100, 100, 100), 3);
    int[] after = chosen(new Weights(100, 50, 100, 100), 3);
    for (int i = 0; i < KEYS; i++) {
      assertThat(before[i] == after[i] || before[i] == 1).isTrue();
    }
  }

  /** One key is half of all requests; what is outstanding never gets beyond the bound. */
  @ParameterizedTest
  @ValueSource(ints = {100, 125, 200})
  void boundedLoadHolds(int percent) {
    int[] weights = {100, 100, 100, 100, 200};
    Weights candidates = new Weights(weights);
    Rendezvous policy = new Rendezvous(percent, new SplittableRandom(1));
    SplittableRandom random = new SplittableRandom(5);
    int[] running = new int[300];
    Arrays.fill(running, Balancer.NONE);
    long hot = random.nextLong();
    for (int i = 0; i < 100_000; i++) {
      int slot = random.nextInt(running.length);
      if (running[slot] != Balancer.NONE) {
        candidates.outstanding[running[slot]]--;
      }
      long key = random.nextBoolean() ? hot : random.nextLong();
      int server = policy.choose(candidates, key);
      assertThat(server).isNotEqualTo(Balancer.NONE);
      candidates.outstanding[server]++;
      running[slot] = server;
      int all = Arrays.stream(candidates.outstanding).sum();
      assertThat(candidates.outstanding[server])
          .isLessThanOrEqualTo(Math.ceilDiv(percent * all * weights[server], 60_000));
    }
  }

  @Test
  void withoutAKeyByLot() {
    Weights candidates = new Weights(300, 100, 0);
    Rendezvous policy = new Rendezvous(125, new SplittableRandom(1));
    int[] counts = new int[3];
    for (int i = 0; i < KEYS; i++) {
      counts[policy.choose(candidates)]++;
    }
    assertThat(counts[0] / (double) KEYS).isCloseTo(0.75, within(0.01));
    assertThat(counts[2]).isZero();
  }

  /** As it is where other loops choose at the same time. */
  @Test
  void whatIsOutstandingGrowsWhileWeLook() {
    Candidates growing =
        new Candidates() {
          private int looks;

          @Override
          public int size() {
            return 2;
          }

          @Override
          public int weight(int index) {
            return 100;
          }

          @Override
          public int outstanding(int index) {
            return looks++;
          }

          @Override
          public long identity(int index) {
            return index;
          }
        };
    assertThat(new Rendezvous(100, new SplittableRandom(1)).choose(growing, 7)).isBetween(0, 1);
  }

  @Test
  void nobodyThere() {
    Rendezvous policy = new Rendezvous(125, new SplittableRandom(1));
    assertThat(policy.choose(new Weights(0, 0), 1)).isEqualTo(Balancer.NONE);
    assertThat(policy.choose(new Weights(), 1)).isEqualTo(Balancer.NONE);
  }
}
