package io.postern.health;

/** When the next check begins. */
final class Rhythm {

  /** How far from the interval chance may lead, either way. */
  static final double JITTER = 0.1;

  private Rhythm() {}

  /**
   * How long to wait, in nanoseconds, at least 0. The beginnings of two checks are the interval
   * apart, 10 % more or less: servers and proxies that started together do not stay in step.
   *
   * @param chance from 0 to 1 exclusive
   * @param taken how long the check took that has just ended
   */
  static long pause(long interval, double chance, long taken) {
    long apart = (long) (interval * (1 - JITTER + 2 * JITTER * chance));
    return Math.max(0, apart - taken);
  }
}
