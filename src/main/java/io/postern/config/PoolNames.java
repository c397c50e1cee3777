package io.postern.config;

import io.postern.config.Place.Position;

/** Whether pools that routes name are there. */
final class PoolNames {

  private PoolNames() {}

  /** Reports a name that no pool has. */
  static void check(Config config, Report report, Place place, String key, String pool) {
    // A pool that is there but was refused is no news.
    if (config.pools().containsKey(pool)
        || !report.isReadable("pools")
        || !report.isClean("pools." + pool)) {
      return;
    }
    Position at = place.keys().getOrDefault(key, place.position());
    boolean secret = !report.shown(at, pool).equals(pool);
    String hint = secret ? "" : Nearest.hint(pool, config.pools().keySet());
    report.problem(
        place,
        key,
        "there is no pool " + report.quoted(place, key, pool) + hint,
        hint.isEmpty() ? "the name of a pool" : "");
  }
}
