package io.postern.observe;

import io.postern.observe.Metrics.Points;

/**
 * What is counted of the copies of one route's requests. Made when the config is compiled; shared
 * by all event loops: nothing but counters.
 */
public final class MirrorMeters {

  /** What became of a copy. */
  public enum Outcome {
    /** The server has answered it, with whatever status. */
    ANSWERED,
    /** There was no connection, or it was lost before an answer. */
    FAILED,
    /** No answer came in time. */
    TIMED_OUT,
    /** No server of the pool could take it. */
    NO_SERVER,
    /** Its content was larger than what is copied. */
    TOO_LARGE,
    /** The request was over before its content was whole. */
    INCOMPLETE,
    /** As many as there may be were under way. */
    TOO_MANY
  }

  private final String route;
  private final String pool;
  private final Counters<Outcome> outcomes = new Counters<>(Outcome.class);

  /**
   * All at 0.
   *
   * @param route whose requests are copied
   * @param pool that gets the copies
   */
  public MirrorMeters(String route, String pool) {
    this.route = route;
    this.pool = pool;
  }

  /** Counts a copy that is over, or that was not made. */
  public void count(Outcome outcome) {
    outcomes.increment(outcome);
  }

  /** Gives the count of each outcome; it is the last label. */
  public void collect(Points points) {
    outcomes.collect(points, route, pool);
  }
}
