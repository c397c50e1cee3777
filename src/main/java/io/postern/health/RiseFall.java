package io.postern.health;

/**
 * From results of checks to up and down: up after so many good ones in a row, down after so many
 * failed ones. The first result decides alone: nothing is known before it.
 *
 * <p>Mutable, and owned by whoever made it.
 */
final class RiseFall {

  /** What a result has changed. */
  enum Change {
    NONE,
    UP,
    DOWN
  }

  private final int rise;
  private final int fall;
  private boolean up;
  private boolean known;
  private int against;
  private int streak;

  /** Up, and not checked yet; both numbers are at least 1. */
  RiseFall(int rise, int fall) {
    this(rise, fall, true, false);
  }

  /**
   * As it was left.
   *
   * @param known whether there was any result
   */
  RiseFall(int rise, int fall, boolean up, boolean known) {
    this.rise = rise;
    this.fall = fall;
    this.up = up;
    this.known = known;
  }

  /** Takes the next result. */
  Change next(boolean good) {
    int needed = !known ? 1 : up ? fall : rise;
    known = true;
    against = good == up ? 0 : against + 1;
    if (against < needed) {
      return Change.NONE;
    }
    up = good;
    streak = against;
    against = 0;
    return good ? Change.UP : Change.DOWN;
  }

  /** Whether there was any result. */
  boolean isKnown() {
    return known;
  }

  /** Up, as far as is decided. */
  boolean isUp() {
    return up;
  }

  /** Whether the last results speak against what is decided, and are too few to change it. */
  boolean isInDoubt() {
    return against > 0;
  }

  /** How many results in a row have led to the change that {@link #next} has just told. */
  int streak() {
    return streak;
  }
}
