package io.postern.pool;

import io.postern.config.PoolConfig.Duty;
import io.postern.pool.Server.Standing;
import io.postern.pool.Server.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is said of a server: by the config, or by who it was found by, and by an operator, who has
 * the last word. Immutable, and swapped whole.
 *
 * @param weight its share beside the others of its pool, by the last word
 */
record Said(Identity who, @Nullable ServerOverride override, int weight) {

  private static final String BY_CONFIG = "the config says so";

  static Said of(Identity who, @Nullable ServerOverride override) {
    Integer weight = override == null ? null : override.weight();
    return new Said(who, override, weight == null ? who.weight() : weight);
  }

  Said by(Identity other) {
    return of(other, override);
  }

  Said by(@Nullable ServerOverride other) {
    return of(who, other);
  }

  private Duty duty() {
    Duty duty = override == null ? null : override.state();
    return duty == null ? who.duty() : duty;
  }

  /** What it is to do by the last word; null for all that it can. */
  @Nullable State duty(@Nullable Instant at) {
    String why = override == null || override.state() == null ? BY_CONFIG : override.words();
    return switch (duty()) {
      case READY -> null;
      case DRAIN -> new State(Standing.DRAIN, why, at);
      case MAINT -> new State(Standing.MAINT, why, at);
    };
  }

  /** Whether nothing that is said keeps it from being chosen. */
  boolean isReady() {
    return duty() == Duty.READY && weight > 0;
  }

  /** Whether it is another for those who choose. */
  boolean differsFrom(Said other) {
    return weight != other.weight
        || duty() != other.duty()
        || who.group() != other.who.group()
        || !who.distance().equals(other.who.distance());
  }
}
