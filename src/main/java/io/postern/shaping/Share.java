package io.postern.shaping;

/**
 * Whoever gets a part of what is scarce: a tenant, or all clients together that are no tenant's.
 * Told apart by identity. May be used from any thread.
 */
public final class Share {

  /** That of all clients that no tenant is known by. */
  public static final Share OF_UNKNOWN = new Share(1);

  private volatile int weight;

  /**
   * A share of its own.
   *
   * @param weight its part, against those of the others that want some; at least 1
   */
  public Share(int weight) {
    this.weight = weight;
  }

  /** Its weight is another from now on, for those too that wait. At least 1. */
  public void weigh(int other) {
    weight = other;
  }

  int weight() {
    return weight;
  }
}
