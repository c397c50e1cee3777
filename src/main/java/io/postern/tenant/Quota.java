package io.postern.tenant;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.postern.config.HandshakeLimits;
import io.postern.config.Rate;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many of a thing may be under way at once, and how many may begin in a time: a bucket of
 * tokens that is full at first and fills evenly. May be used from any thread.
 */
public final class Quota {

  /** Whether one more may begin. */
  public enum Verdict {
    /** It may, and {@link #leave} is to follow. */
    ENTERS,
    /** As many as may be are under way. */
    TOO_MANY,
    /** As many as may begin in the time have begun. */
    TOO_FAST
  }

  private final int most;
  private final @Nullable Bucket begun;
  private final AtomicInteger underway = new AtomicInteger();

  /** A quota that nothing was taken of. */
  public Quota(HandshakeLimits limits) {
    this(limits.concurrent(), limits.rate(), TimeMeter.SYSTEM_NANOTIME);
  }

  Quota(int most, @Nullable Rate rate, TimeMeter clock) {
    this.most = most;
    this.begun = rate == null ? null : bucket(rate, clock);
  }

  private static Bucket bucket(Rate rate, TimeMeter clock) {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(rate.count()).refillGreedy(rate.count(), rate.per()))
        .withCustomTimePrecision(clock)
        .build();
  }

  /** One more wants to begin. */
  public Verdict enter() {
    Verdict verdict = Verdict.ENTERS;
    if (underway.incrementAndGet() > most && most > 0) {
      verdict = Verdict.TOO_MANY;
    } else if (begun != null && !begun.tryConsume(1)) {
      verdict = Verdict.TOO_FAST;
    }
    if (verdict != Verdict.ENTERS) {
      leave();
    }
    return verdict;
  }

  /** One that has entered has ended. */
  public void leave() {
    underway.decrementAndGet();
  }
}
