package io.postern.balance;

/**
 * What a policy may choose from at this moment. Whoever offers it folds in all that is known of a
 * candidate: one that is not ready, or was tried before, has no weight for now.
 */
public interface Candidates {

  /** How many there are; the same for as long as the policy lives. */
  int size();

  /**
   * The share of one beside the others.
   *
   * @param index 0 to {@link #size} exclusive
   * @return at least 0; 0 gets nothing
   */
  int weight(int index);

  /**
   * What one has been given and has not finished.
   *
   * @param index 0 to {@link #size} exclusive
   * @return at least 0
   */
  int outstanding(int index);

  /**
   * What one is known by, whatever its index: a hash, all of whose bits are good.
   *
   * @param index 0 to {@link #size} exclusive
   */
  long identity(int index);
}
