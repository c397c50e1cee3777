package io.postern.pool;

import io.postern.config.PoolConfig.Duty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator says of a server in place of the config.
 *
 * @param state whether it may be chosen; null for what the config says
 * @param weight its share beside the others; null for what the config says
 * @param until when it is over; null where it stays until it is taken back
 * @param by who has said so
 */
public record ServerOverride(
    @Nullable Duty state, @Nullable Integer weight, @Nullable Instant until, String by) {

  /** Who has said so, and until when. */
  public String words() {
    return "set by " + by + (until == null ? "" : ", until " + until);
  }
}
