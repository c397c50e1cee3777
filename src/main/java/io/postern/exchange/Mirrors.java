package io.postern.exchange;

/**
 * How many copies of requests one event loop has under way: so many that nobody else is short of
 * memory, or of the loop's time.
 *
 * <p>Owned by its event loop.
 */
final class Mirrors {

  /** With the largest content that may be copied, 64 MiB. */
  static final int MOST = 64;

  private int underway;

  /** One more, where there may be; {@link #leave} gives it back. */
  boolean enter() {
    if (underway == MOST) {
      return false;
    }
    underway++;
    return true;
  }

  void leave() {
    underway--;
  }
}
