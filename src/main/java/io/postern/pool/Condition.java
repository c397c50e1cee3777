package io.postern.pool;

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

  static Condition of(@Nullable State duty) {
    return new Condition(duty, null, null, new State(Standing.READY, "", null));
  }

  /** The operator says something else now; what checks knew before a maintenance is forgotten. */
  Condition duty(@Nullable State other, Instant at) {
    if (isSame(other)) {
      return this;
    }
    boolean unchecked = duty != null && duty.standing() == Standing.MAINT;
    return new Condition(
        other,
        unchecked ? null : down,
        ejected,
        other == null ? new State(Standing.READY, "", at) : ready);
  }

  private boolean isSame(@Nullable State other) {
    if (duty == null || other == null) {
      return duty == null && other == null;
    }
    return duty.standing() == other.standing() && duty.reason().equals(other.reason());
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
