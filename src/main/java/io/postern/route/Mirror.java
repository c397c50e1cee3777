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

  static @Nullable Mirror compile(String route, @Nullable MirrorConfig config) {
    return config == null
        ? null
        : new Mirror(
            config.pool(),
            config.share().percent(),
            (int) config.bodyLimit().bytes(),
            new MirrorMeters(route, config.pool()));
  }
}
