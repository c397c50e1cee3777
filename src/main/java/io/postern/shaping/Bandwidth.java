package io.postern.shaping;

import io.postern.config.ByteRate;
import org.jspecify.annotations.Nullable;

/**
 * The bandwidth of somebody each way, which may be limited, and is another when the config says so:
 * for what is under way, too.
 *
 * <p>May be used from any thread; changed by one at a time.
 */
public final class Bandwidth {

  private final Waits waits;
  private volatile @Nullable Link received;
  private volatile @Nullable Link sent;
  private @Nullable ByteRate rate;

  /**
   * One that is not limited yet.
   *
   * @param waits counts who has to wait for it
   */
  public Bandwidth(Waits waits) {
    this.waits = waits;
  }

  /**
   * From now on so much each way. Who waits is let on by the new rate.
   *
   * @param other null where it is not limited
   */
  public void limit(@Nullable ByteRate other) {
    if (other == null ? rate == null : other.equals(rate)) {
      return;
    }
    rate = other;
    received = link(Way.RECEIVED, received, other);
    sent = link(Way.SENT, sent, other);
  }

  private @Nullable Link link(Way way, @Nullable Link before, @Nullable ByteRate other) {
    if (before == null) {
      return other == null ? null : new Link(other.bytesPerSecond(), waits.of(way));
    }
    if (other == null) {
      before.open();
      return null;
    }
    before.change(other.bytesPerSecond());
    return before;
  }

  /** What content passes on its way; null where it is not limited now. */
  public @Nullable Link link(Way way) {
    return switch (way) {
      case RECEIVED -> received;
      case SENT -> sent;
    };
  }

  /** Whether it is limited now. */
  public boolean isLimited() {
    return sent != null;
  }

  /** How often somebody had to wait for it. */
  public Waits waits() {
    return waits;
  }
}
