package io.postern.balance;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One choice of each policy among eight candidates, of which some have more to do than others. */
@State(Scope.Thread)
public class BalancerBenchmark {

  /** A policy, by the name it has in the config. */
  public enum Policy {
    ROUND_ROBIN,
    RANDOM,
    LEAST_OUTSTANDING;

    private Balancer over(Candidates candidates) {
      return switch (this) {
        case ROUND_ROBIN -> new RoundRobin(candidates, 0);
        case RANDOM -> new WeightedRandom(new SplittableRandom(1));
        case LEAST_OUTSTANDING -> new LeastOutstanding(new SplittableRandom(1));
      };
    }
  }

  @Param private Policy policy = Policy.ROUND_ROBIN;
  private final Weights candidates = new Weights(100, 100, 100, 100, 200, 200, 50, 50);
  private Balancer balancer = policy.over(candidates);

  @Setup
  public void make() {
    balancer = policy.over(candidates);
    for (int i = 0; i < candidates.size(); i++) {
      candidates.outstanding[i] = i * 3;
    }
  }

  @Benchmark
  public int choose() {
    return balancer.choose(candidates);
  }
}
