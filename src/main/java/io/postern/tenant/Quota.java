package io.postern.tenant;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.TokensInheritanceStrategy;
import io.postern.config.HandshakeLimits;
import io.postern.config.Rate;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
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

  /**
   * How many may begin: as many as the bucket holds at once, and then as fast as it fills.
   *
   * @param burst how many it holds; at least 1
   */
  public record Flow(Rate rate, int burst) {

    /** How long it takes to fill when it is empty, in whole seconds, at least 1. */
    public long seconds() {
      return Math.max(1, Math.ceilDiv(burst * rate.per().toSeconds(), rate.count()));
    }
  }

  private final int most;
  private final @Nullable Flow flow;
  private final @Nullable Bucket begun;
  private final TimeMeter clock;
  private final AtomicInteger underway;
  private final LongAdder tooMany;
  private final LongAdder tooFast;

  /** A quota of handshakes that nothing was taken of. */
  public Quota(HandshakeLimits limits) {
    this(limits.concurrent(), limits.rate(), 0);
  }

  /**
   * A quota that nothing was taken of.
   *
   * @param most under way at once; 0 is any number
   * @param rate null is any
   * @param burst how many may begin at once; 0 is as many as the rate counts
   */
  public Quota(int most, @Nullable Rate rate, int burst) {
    this(most, rate, burst, TimeMeter.SYSTEM_NANOTIME);
  }

  Quota(int most, @Nullable Rate rate, int burst, TimeMeter clock) {
    this.most = most;
    this.flow = flow(rate, burst);
    this.clock = clock;
    this.begun = flow == null ? null : bucket(flow, clock);
    this.underway = new AtomicInteger();
    this.tooMany = new LongAdder();
    this.tooFast = new LongAdder();
  }

  private Quota(Quota before, int most, @Nullable Flow flow) {
    this.most = most;
    this.flow = flow;
    this.clock = before.clock;
    this.begun = flow == null ? null : bucket(before, flow);
    this.underway = before.underway;
    this.tooMany = before.tooMany;
    this.tooFast = before.tooFast;
  }

  /**
   * The same with other limits, from now on in place of this: what is under way, was refused and
   * was taken from the bucket counts on.
   */
  Quota with(int other, @Nullable Rate rate, int burst) {
    return new Quota(this, other, flow(rate, burst));
  }

  private static @Nullable Flow flow(@Nullable Rate rate, int burst) {
    return rate == null ? null : new Flow(rate, burst == 0 ? rate.count() : burst);
  }

  /** That of before, with as large a part of it left; where there was none, a full one. */
  private static Bucket bucket(Quota before, Flow flow) {
    Bucket begun = before.begun;
    if (begun == null) {
      return bucket(flow, before.clock);
    }
    if (!flow.equals(before.flow)) {
      BucketConfiguration other = BucketConfiguration.builder().addLimit(limit(flow)).build();
      begun.replaceConfiguration(other, TokensInheritanceStrategy.PROPORTIONALLY);
    }
    return begun;
  }

  private static Bandwidth limit(Flow flow) {
    Rate rate = flow.rate();
    return Bandwidth.builder()
        .capacity(flow.burst())
        .refillGreedy(rate.count(), rate.per())
        .build();
  }

  private static Bucket bucket(Flow flow, TimeMeter clock) {
    return Bucket.builder().addLimit(limit(flow)).withCustomTimePrecision(clock).build();
  }

  /** One more wants to begin. */
  public Verdict enter() {
    if (underway.incrementAndGet() > most && most > 0) {
      tooMany.increment();
      leave();
      return Verdict.TOO_MANY;
    }
    if (begun != null && !begun.tryConsume(1)) {
      tooFast.increment();
      leave();
      return Verdict.TOO_FAST;
    }
    return Verdict.ENTERS;
  }

  /** One that has entered has ended. */
  public void leave() {
    underway.decrementAndGet();
  }

  /** How many may be under way at once; 0 is any number. */
  public int most() {
    return most;
  }

  /** How many are under way. */
  public int underway() {
    return underway.get();
  }

  /** How often one more was one too many at once. */
  public long tooMany() {
    return tooMany.sum();
  }

  /** How often one more came too fast. */
  public long tooFast() {
    return tooFast.sum();
  }

  /** How many may begin; null is any number. */
  public @Nullable Flow flow() {
    return flow;
  }

  /** When one more may begin that came too fast, in whole seconds, at least 1. */
  public long secondsToNext() {
    long nanos = begun == null ? 0 : begun.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    return Math.max(1, Math.ceilDiv(nanos, 1_000_000_000L));
  }
}
