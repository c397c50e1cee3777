package io.postern.balance;

import java.util.random.RandomGenerator;

/**
 * The power of two choices (Mitzenmacher, 2001): of two different candidates that are drawn by
 * weight, the one that would have less outstanding for its weight with this one more. A slow
 * candidate collects what is outstanding, and is avoided; unlike with the least of all, many
 * proxies do not all run to the same one at once.
 *
 * <p>Two that have nothing outstanding are alike, so the first drawn is taken: otherwise the heavy
 * ones would get everything in quiet hours.
 *
 * <p>Owned by one event loop.
 */
public final class LeastOutstanding implements Balancer {

  private final Draw draw;

  /** The lots come from this source. */
  public LeastOutstanding(RandomGenerator random) {
    draw = new Draw(random);
  }

  @Override
  public int choose(Candidates candidates) {
    int first = draw.among(candidates, NONE);
    int second = first == NONE ? NONE : draw.among(candidates, first);
    return second == NONE || !isLess(candidates, second, first) ? first : second;
  }

  private static boolean isLess(Candidates candidates, int one, int other) {
    long ofOne = candidates.outstanding(one);
    long ofOther = candidates.outstanding(other);
    return ofOne + ofOther > 0
        && (ofOne + 1) * candidates.weight(other) < (ofOther + 1) * candidates.weight(one);
  }
}
