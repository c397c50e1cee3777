package io.postern.pool;

import io.postern.config.PoolConfig.Duty;
import io.postern.pool.Server.Standing;
import io.postern.pool.Server.State;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the operator, the checks and the failures of a server make of it together. Immutable, and
 * swapped whole.
 *
 * @param duty what the operator says; null for nothing
 * @param down what the checks say; null where it is up
 * @param ejected why it is left out; null where it is not
 * @param ready how it stands where nothing else holds
 */
record Condition(@Nullable State duty, @Nullable State down, @Nullable State ejected, State ready) {

  static Condition of(Duty duty) {
    State said =
        switch (duty) {
          case READY -> null;
          case DRAIN -> new State(Standing.DRAIN, "the config says so", null);
          case MAINT -> new State(Standing.MAINT, "the config says so", null);
        };
    return new Condition(said, null, null, new State(Standing.READY, "", null));
  }

  /** What holds. */
  State now() {
    if (duty != null) {
      return duty;
    }
    State other = down == null ? ejected : down;
    return other == null ? ready : other;
  }

  Condition down(State why) {
    return new Condition(duty, why, ejected, ready);
  }

  Condition up(Instant at) {
    return new Condition(duty, null, ejected, new State(Standing.READY, "", at));
  }

  Condition ejected(State why) {
    return new Condition(duty, down, why, ready);
  }

  Condition readmitted(Instant at) {
    return new Condition(duty, down, null, new State(Standing.READY, "", at));
  }
}
