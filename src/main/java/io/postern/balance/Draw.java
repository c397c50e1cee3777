package io.postern.balance;

import java.util.random.RandomGenerator;

/**
 * Draws a candidate with a chance in proportion to its weight.
 *
 * <p>Any candidate is looked at and taken with the chance that its weight has beside the largest:
 * mostly the first look decides, however many candidates there are. Where few have weight, the
 * looks run out and all are gone through; the chances are the same by either way.
 */
final class Draw {

  private static final int LOOKS = 16;

  private final RandomGenerator random;
  private int largest = 1;

  Draw(RandomGenerator random) {
    this.random = random;
  }

  /**
   * One of all but one.
   *
   * @param except who is not drawn; {@link Balancer#NONE} where all may be
   * @return {@link Balancer#NONE} where nobody has weight
   */
  int among(Candidates candidates, int except) {
    int size = candidates.size();
    for (int look = 0; look < LOOKS && size > 0; look++) {
      int index = random.nextInt(size);
      int weight = index == except ? 0 : candidates.weight(index);
      largest = Math.max(largest, weight);
      if (random.nextInt(largest) < weight) {
        return index;
      }
    }
    return amongAll(candidates, except);
  }

  private int amongAll(Candidates candidates, int except) {
    int total = 0;
    for (int i = 0; i < candidates.size(); i++) {
      total += i == except ? 0 : candidates.weight(i);
    }
    int left = total == 0 ? 0 : random.nextInt(total);
    for (int i = 0; i < candidates.size(); i++) {
      left -= i == except ? 0 : candidates.weight(i);
      if (left < 0) {
        return i;
      }
    }
    return Balancer.NONE;
  }
}
