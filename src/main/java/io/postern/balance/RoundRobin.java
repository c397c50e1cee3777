package io.postern.balance;

/**
 * Smooth weighted round-robin, as nginx has it: each candidate gains its weight in credit, the
 * richest is chosen and pays the sum of all weights. Over one cycle (the sum of the weights,
 * divided by what they have in common) everyone is chosen exactly by weight, and the heavy ones are
 * spread out between the light ones instead of coming in a row.
 *
 * <p>A candidate without weight neither gains nor pays: it keeps its turn for when it returns.
 *
 * <p>Owned by one event loop. As each loop counts for itself, the loops start at different turns:
 * else the first request of every loop would go to the same server.
 */
public final class RoundRobin implements Balancer {

  private final int[] credit;

  /**
   * A round that begins at a turn of its own.
   *
   * @param candidates as they are at the start
   * @param turns how many turns to let pass first; at least 0
   */
  public RoundRobin(Candidates candidates, int turns) {
    credit = new int[candidates.size()];
    for (int turn = 0; turn < turns; turn++) {
      choose(candidates);
    }
  }

  @Override
  public int choose(Candidates candidates) {
    int chosen = NONE;
    int total = 0;
    for (int i = 0; i < credit.length; i++) {
      int weight = candidates.weight(i);
      if (weight == 0) {
        continue;
      }
      total += weight;
      credit[i] += weight;
      if (chosen == NONE || credit[i] > credit[chosen]) {
        chosen = i;
      }
    }
    if (chosen != NONE) {
      credit[chosen] -= total;
    }
    return chosen;
  }
}
