package io.postern.balance;

/** Candidates whose weights, and what they have outstanding, change under the policy. */
final class Weights implements Candidates {

  final int[] outstanding;
  private final int[] of;

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
}
