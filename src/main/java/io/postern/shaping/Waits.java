package io.postern.shaping;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often somebody had to wait for a bandwidth, each way. It may outlive the bandwidth, and count
 * for several. May be used from any thread.
 */
public final class Waits {

  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();

  /** Nobody has waited yet. */
  public Waits() {}

  LongAdder of(Way way) {
    return switch (way) {
      case RECEIVED -> received;
      case SENT -> sent;
    };
  }

  /** How often, since the start. */
  public long sum(Way way) {
    return of(way).sum();
  }
}
