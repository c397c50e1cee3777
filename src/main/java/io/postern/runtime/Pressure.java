package io.postern.runtime;

/** How near the process is to the end of a resource. */
enum Pressure {
  /** It has enough. */
  NONE(0),
  /** What nobody uses is closed. */
  TRIM(1),
  /** Nobody new is let in either. */
  REFUSE(2);

  private final int level;

  Pressure(int level) {
    this.level = level;
  }

  /** Its number in the metrics. */
  int level() {
    return level;
  }
}
