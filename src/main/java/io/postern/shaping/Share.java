package io.postern.shaping;

/**
 * Whoever gets a part of what is scarce: a tenant, or all clients together that are no tenant's.
 * Told apart by identity; immutable and shared.
 */
public final class Share {

  /** That of all clients that no tenant is known by. */
  public static final Share OF_UNKNOWN = new Share(1);

  private final int weight;

  /**
   * A share of its own.
   *
   * @param weight its part, against those of the others that want some; at least 1
   */
  public Share(int weight) {
    this.weight = weight;
  }

  /** The same one, unless its weight is another. */
  public Share with(int other) {
    return other == weight ? this : new Share(other);
  }

  int weight() {
    return weight;
  }
}
