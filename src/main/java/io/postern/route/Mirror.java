package io.postern.route;

import io.postern.config.MirrorConfig;
import io.postern.observe.MirrorMeters;
import org.jspecify.annotations.Nullable;

/**
 * Which requests are copied, and for whom. Immutable and shared, but for its counters.
 *
 * @param pool the name of the pool that gets the copies
 * @param percent of how many of a hundred requests
 * @param bodyLimit the largest content that is copied, in bytes
 * @param meters what became of the copies
 */
public record Mirror(String pool, int percent, int bodyLimit, MirrorMeters meters) {

  /**
   * That of a route.
   *
   * @param before what the route had by the config before, whose count goes on where its pool is
   *     the same; null for nothing
   */
  static @Nullable Mirror compile(
      String route, @Nullable MirrorConfig config, @Nullable Mirror before) {
    if (config == null) {
      return null;
    }
    boolean goesOn = before != null && before.pool.equals(config.pool());
    return new Mirror(
        config.pool(),
        config.share().percent(),
        (int) config.bodyLimit().bytes(),
        before != null && goesOn ? before.meters : new MirrorMeters(route, config.pool()));
  }
}
