package io.postern.balance;

import java.util.random.RandomGenerator;

/**
 * Each choice by lot, the chances by weight. Many proxies that know nothing of each other never
 * come into step with it, as they can with a round. Owned by one event loop.
 */
public final class WeightedRandom implements Balancer {

  private final Draw draw;

  /** The lots come from this source. */
  public WeightedRandom(RandomGenerator random) {
    draw = new Draw(random);
  }

  @Override
  public int choose(Candidates candidates) {
    return draw.among(candidates, NONE);
  }
}
