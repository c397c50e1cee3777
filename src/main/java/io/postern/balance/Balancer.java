package io.postern.balance;

/**
 * A policy by which one of several candidates is chosen: no I/O, no clock, and randomness only from
 * outside.
 *
 * <p>Mutable, and owned by whoever made it: there is one for each pool and event loop, so that it
 * needs no lock.
 */
public sealed interface Balancer permits RoundRobin, WeightedRandom, LeastOutstanding, Rendezvous {

  /** No candidate has any weight. */
  int NONE = -1;

  /** The index of the candidate that is next, or {@link #NONE}. */
  int choose(Candidates candidates);

  /**
   * The same for a request with a key, which most policies have no use for.
   *
   * @param key a hash, all of whose bits are good
   */
  default int choose(Candidates candidates, long key) {
    return choose(candidates);
  }
}
