package io.postern.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In virtual time: of some servers with four workers each, one is ten times slower. */
class SlowServerTest {

  private static final int WORKERS = 4;
  private static final int REQUESTS = 200_000;
  private static final double FAST_MILLIS = 10;
  private static final double SLOW_MILLIS = 100;

  private record End(double at, int server) {}

  /**
   * How long requests took.
   *
   * @param atSlow how many went to the slow server
   */
  private record Outcome(double median, double p99, int atSlow) {

    static Outcome of(double[] took, int atSlow) {
      Arrays.sort(took);
      return new Outcome(took[took.length / 2], took[took.length / 100 * 99], atSlow);
    }
  }

  private static Outcome simulate(
      Balancer balancer, Weights candidates, double gapMillis, long seed) {
    int servers = candidates.size();
    Random random = new Random(seed);
    double[][] freeAt = new double[servers][WORKERS];
    PriorityQueue<End> ends =
        new PriorityQueue<>((one, other) -> Double.compare(one.at(), other.at()));
    double[] took = new double[REQUESTS];
    int atSlow = 0;
    double now = 0;
    for (int i = 0; i < REQUESTS; i++) {
      now += gapMillis * -Math.log(1 - random.nextDouble());
      for (End end = ends.peek(); end != null && end.at() <= now; end = ends.peek()) {
        candidates.outstanding[end.server()]--;
        ends.remove();
      }
      int server = balancer.choose(candidates);
      candidates.outstanding[server]++;
      atSlow += server == 0 ? 1 : 0;
      double[] workers = freeAt[server];
      Arrays.sort(workers); // the first is the one that is free soonest
      double needed = (server == 0 ? SLOW_MILLIS : FAST_MILLIS) * (0.5 + random.nextDouble());
      workers[0] = Math.max(now, workers[0]) + needed;
      ends.add(new End(workers[0], server));
      took[i] = workers[0] - now;
    }
    return Outcome.of(took, atSlow);
  }

  /**
   * Both policies under the same load.
   *
   * @param gapMillis the mean time between two requests
   * @param better how much lower the 99th percentile has to be
   */
  @ParameterizedTest
  @CsvSource({
    // 278 a second: with round-robin the slow server has 35 of the 40 that it can do.
    "3.6, 1.15",
    // 1600 a second: half of what the seven fast ones can do, and far too much for an eighth of it.
    "0.625, 100"
  })
  void leastOutstandingKeepsAwayFromTheSlowOne(double gapMillis, double better) {
    for (long seed = 1; seed <= 3; seed++) {
      Outcome round = simulate(new RoundRobin(alike(8), 0), alike(8), gapMillis, seed);
      Outcome least = simulate(new LeastOutstanding(new Random(seed)), alike(8), gapMillis, seed);
      System.out.printf(
          Locale.ROOT,
          "gap %.3f ms, seed %d: p99 %.0f ms round-robin, %.0f ms least-outstanding; medians %.1f,"
              + " %.1f; at the slow server %d, %d of %d%n",
          gapMillis,
          seed,
          round.p99(),
          least.p99(),
          round.median(),
          least.median(),
          round.atSlow(),
          least.atSlow(),
          REQUESTS);
      assertThat(least.atSlow()).isLessThan(round.atSlow());
      assertThat(least.p99() * better).isLessThan(round.p99());
      assertThat(least.median()).isLessThan(round.median() * 1.2);
    }
  }

  /**
   * Of sixteen. The perfect split knows how fast each is, and goes by it exactly.
   *
   * @param load of what all can do together
   */
  @ParameterizedTest
  @ValueSource(doubles = {0.7, 0.8, 0.9})
  void leastOutstandingIsNearThePerfectSplit(double load) {
    double perMilli = WORKERS * (15 / FAST_MILLIS + 1 / SLOW_MILLIS);
    double gap = 1 / (load * perMilli);
    for (long seed = 1; seed <= 3; seed++) {
      Weights known = alike(16);
      known.of[0] = 10;
      Outcome perfect = simulate(new RoundRobin(known, 0), known, gap, seed);
      Outcome least = simulate(new LeastOutstanding(new Random(seed)), alike(16), gap, seed);
      Outcome round = simulate(new RoundRobin(alike(16), 0), alike(16), gap, seed);
      System.out.printf(
          Locale.ROOT,
          "load %.2f, seed %d: p99 %.1f ms perfect, %.1f ms least-outstanding, %.0f ms round-robin; at"
              + " the slow server %d, %d, %d of %d%n",
          load,
          seed,
          perfect.p99(),
          least.p99(),
          round.p99(),
          perfect.atSlow(),
          least.atSlow(),
          round.atSlow(),
          REQUESTS);
      assertThat(least.p99()).isLessThan(1.5 * perfect.p99());
      assertThat(least.p99()).isLessThan(round.p99());
    }
  }

  private static Weights alike(int servers) {
    int[] weights = new int[servers];
    Arrays.fill(weights, 100);
    return new Weights(weights);
  }
}
