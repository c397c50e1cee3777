package io.postern.balance;

import java.util.random.RandomGenerator;

/**
 * The same candidate for the same key: rendezvous hashing (Thaler and Ravishankar, 1998) by weight.
 * Each candidate has a score for the key, which hangs on nothing else, and the highest is chosen;
 * so when one leaves, its keys and no others move, each to the next in its own order.
 *
 * <p>A candidate that has more outstanding than a multiple of its share of all is passed over for
 * the next in order (consistent hashing with bounded loads, Mirrokni, Thorup and Zadimoghaddam,
 * 2016), so that no key can overload one.
 *
 * <p>It looks at every candidate, which for a hundred of them takes some microseconds. Owned by one
 * event loop.
 */
public final class Rendezvous implements Balancer {

  private final Draw draw;
  private final int percent;

  /**
   * A policy without a key yet.
   *
   * @param percent how much of its share one may have outstanding, at least 100; 0 is any number
   * @param random what is chosen by where there is no key
   */
  public Rendezvous(int percent, RandomGenerator random) {
    this.percent = percent;
    this.draw = new Draw(random);
  }

  /** One by lot, for there is no key. */
  @Override
  public int choose(Candidates candidates) {
    return draw.among(candidates, NONE);
  }

  /**
   * The candidate of a key.
   *
   * @param key a hash, all of whose bits are good
   */
  @Override
  public int choose(Candidates candidates, long key) {
    long outstanding = 1; // with the one that is to come
    long weights = 0;
    for (int i = 0; i < candidates.size(); i++) {
      int weight = candidates.weight(i);
      if (weight > 0) {
        outstanding += candidates.outstanding(i);
        weights += weight;
      }
    }
    int chosen = NONE;
    double highest = Double.NEGATIVE_INFINITY;
    int anyway = NONE; // what is outstanding changes while we look, and then all may seem full
    double highestAnyway = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates.size(); i++) {
      int weight = candidates.weight(i);
      if (weight == 0) {
        continue;
      }
      double score = KeyHash.score(weight, mixed(key, candidates.identity(i)));
      if (score > highestAnyway) {
        highestAnyway = score;
        anyway = i;
      }
      if (score > highest && !isFull(candidates.outstanding(i), outstanding * weight, weights)) {
        highest = score;
        chosen = i;
      }
    }
    return chosen == NONE ? anyway : chosen;
  }

  /** Whether one more would be more than its share, which is rounded up, times the bound. */
  private boolean isFull(long own, long share, long of) {
    return percent > 0 && own * 100 * of >= share * percent;
  }

  /** A hash that hangs on both. */
  private static long mixed(long key, long identity) {
    long mixed = key ^ identity;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
