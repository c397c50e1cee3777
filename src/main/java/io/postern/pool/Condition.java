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

  private static final String SAID = "the config says so";

  static Condition of(Duty duty) {
    return new Condition(said(duty, null), null, null, new State(Standing.READY, "", null));
  }

  private static @Nullable State said(Duty duty, @Nullable Instant at) {
    return switch (duty) {
      case READY -> null;
      case DRAIN -> new State(Standing.DRAIN, SAID, at);
      case MAINT -> new State(Standing.MAINT, SAID, at);
    };
  }

  /** The operator says something else now; what checks knew before a maintenance is forgotten. */
  Condition duty(Duty other, Instant at) {
    boolean unchecked = duty != null && duty.standing() == Standing.MAINT;
    return new Condition(
        said(other, at),
        unchecked ? null : down,
        ejected,
        other == Duty.READY ? new State(Standing.READY, "", at) : ready);
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
