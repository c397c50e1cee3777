package io.postern.balance;

import java.util.Arrays;

/**
 * Which of several groups of candidates, near ones first, gets the next: the first as long as
 * enough of it is there, and the farther ones by degrees what those before them cannot take.
 *
 * <p>A group is taken to be built for some more than it usually has: while no more than two in
 * seven of it are missing it takes everything. From then on its share falls with what is left of
 * it, and rises again in the same way when they return. Where all groups together cannot take
 * everything, each gets its part of what they can.
 *
 * <p>Owned by one event loop, and filled anew for each choice.
 */
public final class Levels {

  /** How much more than usual a group can take. */
  private static final double SPARE = 1.4;

  private final long[] usable;
  private final long[] all;

  /** That many groups, with nobody in them yet. */
  public Levels(int number) {
    usable = new long[number];
    all = new long[number];
  }

  /** Nobody is in any of them. */
  public void clear() {
    Arrays.fill(usable, 0);
    Arrays.fill(all, 0);
  }

  /** Puts one into a group, 0 being the nearest. */
  public void add(int level, int weight, boolean isUsable) {
    all[level] += weight;
    usable[level] += isUsable ? weight : 0;
  }

  /** Whether less than this part of all is usable. */
  public boolean isBelow(double share) {
    return Arrays.stream(usable).sum() < share * Arrays.stream(all).sum();
  }

  /**
   * The share of a group.
   *
   * @return 0 to 1; together they are 1 unless nobody is usable
   */
  public double share(int level) {
    double sum = 0;
    double own = 0;
    for (int i = 0; i < all.length; i++) {
      double taken = Math.min(1 - sum, ability(i));
      own = i == level ? taken : own;
      sum += taken;
    }
    return sum == 0 ? 0 : own / sum;
  }

  private double ability(int level) {
    return all[level] == 0 ? 0 : Math.min(1, SPARE * usable[level] / all[level]);
  }

  /**
   * The group of a lot.
   *
   * @param lot 0 to 1 exclusive
   * @return {@link Balancer#NONE} where nobody is usable
   */
  public int choose(double lot) {
    double sum = 0;
    for (int i = 0; i < all.length; i++) {
      sum += Math.min(1 - sum, ability(i));
    }
    double left = lot * sum;
    double before = 0;
    int last = Balancer.NONE;
    for (int i = 0; i < all.length; i++) {
      double taken = Math.min(1 - before, ability(i));
      if (taken > 0) {
        last = i;
      }
      before += taken;
      if (left < before) {
        return last;
      }
    }
    return last;
  }

  /** How many groups there are. */
  public int number() {
    return all.length;
  }
}
