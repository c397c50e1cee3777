package io.postern.shaping;

import io.postern.config.ByteRate;
import org.jspecify.annotations.Nullable;

/**
 * Limited bandwidth each way.
 *
 * @param received for what comes from clients
 * @param sent for what goes to them
 */
public record Bandwidth(Link received, Link sent) {

  /** As much each way; null where it is not limited. */
  public static @Nullable Bandwidth of(@Nullable ByteRate rate) {
    return rate == null
        ? null
        : new Bandwidth(new Link(rate.bytesPerSecond()), new Link(rate.bytesPerSecond()));
  }
}
