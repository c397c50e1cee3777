package io.postern.balance;

import java.util.SplittableRandom;

/** Candidates whose weights, and what they have outstanding, change under the policy. */
final class Weights implements Candidates {

  final int[] outstanding;
  final int[] of;

  Weights(int... of) {
    this.of = of;
    this.outstanding = new int[of.length];
  }

  @Override
  public int size() {
    return of.length;
  }

  @Override
  public int weight(int index) {
    return of[index];
  }

  @Override
  public int outstanding(int index) {
    return outstanding[index];
  }

  @Override
  public long identity(int index) {
    return new SplittableRandom(index).nextLong();
  }
}
