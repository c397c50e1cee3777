package io.postern.shaping;

import io.postern.config.ByteRate;
import org.jspecify.annotations.Nullable;

/**
 * Limited bandwidth each way.
 *
 * @param rate as much each way
 * @param received for what comes from clients
 * @param sent for what goes to them
 */
public record Bandwidth(ByteRate rate, Link received, Link sent) {

  /** So much each way; null where it is not limited. */
  public static @Nullable Bandwidth of(@Nullable ByteRate rate) {
    return of(rate, null);
  }

  /** The one of before, unless it is another rate now. */
  public static @Nullable Bandwidth of(@Nullable ByteRate rate, @Nullable Bandwidth before) {
    if (rate == null) {
      return null;
    }
    return before != null && before.rate.equals(rate)
        ? before
        : new Bandwidth(rate, new Link(rate.bytesPerSecond()), new Link(rate.bytesPerSecond()));
  }
}
