package io.postern.pool;

import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives servers that come back their weight bit by bit: from a tenth at once to all of it at the
 * end of a time, evenly. Those that are there from the start have all of it.
 *
 * <p>Owned by one event loop, which sees a server come back when it next looks.
 */
final class SlowStart {

  /** What a weight is multiplied by, so that a tenth of the smallest is a whole number. */
  static final int SCALE = 100;

  private static final double LEAST = 0.1;

  private final Server[] servers;
  private final long nanos;
  private final LongSupplier clock;
  private final boolean[] gone;
  private final long[] since;

  /**
   * Knows these servers.
   *
   * @param before what was known when there were others; who is new since then starts slowly, too
   */
  SlowStart(Server[] servers, long nanos, LongSupplier clock, @Nullable SlowStart before) {
    this.servers = servers;
    this.nanos = nanos;
    this.clock = clock;
    gone = new boolean[servers.length];
    since = new long[servers.length];
    long now = clock.getAsLong();
    for (int i = 0; i < servers.length; i++) {
      int known = before == null ? -1 : Arrays.asList(before.servers).indexOf(servers[i]);
      gone[i] = known >= 0 && before != null && before.gone[known];
      since[i] = before == null ? now - nanos : known < 0 ? now : before.since[known];
    }
  }

  /** Looks who has come back. */
  void look() {
    for (int i = 0; i < servers.length; i++) {
      boolean usable = servers[i].isUsable();
      if (usable && gone[i]) {
        since[i] = clock.getAsLong();
      }
      gone[i] = !usable;
    }
  }

  /** The weight of a server now, {@value #SCALE} times. */
  int weight(int index) {
    long age = clock.getAsLong() - since[index];
    double part = age >= nanos ? 1 : Math.max(LEAST, (double) age / nanos);
    return (int) Math.ceil(servers[index].weight() * SCALE * part);
  }
}
