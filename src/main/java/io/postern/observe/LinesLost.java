package io.postern.observe;

import java.io.IOException;

/** Some of the lines of a batch were not written; the others were, each whole. */
final class LinesLost extends IOException {

  private static final long serialVersionUID = 1L;

  private final int count;
  private final boolean first;

  /**
   * So many were not.
   *
   * @param first whether the first line of the batch is one of them
   */
  LinesLost(int count, boolean first, String why) {
    super(why);
    this.count = count;
    this.first = first;
  }

  int count() {
    return count;
  }

  boolean first() {
    return first;
  }
}
