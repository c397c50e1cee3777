package io.postern.pool;

import io.postern.config.PoolConfig;
import io.postern.config.RetryConfig;
import java.util.EnumMap;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many retries a pool has left: a share of its requests, and a few in each second besides. What
 * is not used is forgotten, half of it in seven seconds, so that a quiet day saves up nothing for a
 * storm of retries.
 *
 * <p>Shared by all event loops. A request costs one addition.
 */
public final class RetryBudget {

  /** In which time all but a third of it is forgotten. */
  private static final double SECONDS = 10;

  private static final double NANOS = 1e9;

  private final double share;
  private final double perSecond;
  private final LongAdder requests = new LongAdder();
  private final LongAdder denied = new LongAdder();

  /** By their reason. */
  private final EnumMap<RetryConfig.Reason, LongAdder> retries =
      new EnumMap<>(RetryConfig.Reason.class);

  private final AtomicReference<Balance> balance;

  /** What was left at a time, when so many requests had come. */
  private record Balance(double retries, long at, long requests) {}

  /**
   * As it is when there have been none for long.
   *
   * @param now in nanoseconds
   */
  RetryBudget(PoolConfig.RetryBudget config, long now) {
    share = config.share().percent() / 100.0;
    perSecond = config.perSecond();
    for (RetryConfig.Reason why : RetryConfig.Reason.values()) {
      retries.put(why, new LongAdder());
    }
    balance = new AtomicReference<>(new Balance(perSecond * SECONDS, now, 0));
  }

  /** A request has come, be it retried or not. */
  public void request() {
    requests.increment();
  }

  /**
   * Takes one retry. Those that are no more work than the request are free.
   *
   * @param now in nanoseconds, by the same clock
   * @return whether there was one left
   */
  public boolean take(RetryConfig.Reason why, long now) {
    boolean left = why.isFree() || take(now);
    if (left) {
      of(why).increment();
    } else {
      denied.increment();
    }
    return left;
  }

  private boolean take(long now) {
    while (true) {
      Balance before = Objects.requireNonNull(balance.get());
      Balance then = at(before, now);
      boolean left = then.retries >= 1;
      Balance after = left ? new Balance(then.retries - 1, then.at, then.requests) : then;
      if (balance.compareAndSet(before, after)) {
        return left;
      }
    }
  }

  /** What came since is taken to have come evenly, and is forgotten like the rest. */
  private Balance at(Balance before, long now) {
    long came = requests.sum();
    double seconds = Math.max(0, now - before.at) / NANOS;
    double kept = Math.exp(-seconds / SECONDS);
    double held = seconds == 0 ? 1 : (1 - kept) * SECONDS / seconds;
    double gained = (share * Math.max(0, came - before.requests) + perSecond * seconds) * held;
    return new Balance(before.retries * kept + gained, Math.max(now, before.at), came);
  }

  /** How many requests have come since the start. */
  public long requests() {
    return requests.sum();
  }

  /** How many retries there were for a reason since the start. */
  public long retries(RetryConfig.Reason why) {
    return of(why).sum();
  }

  private LongAdder of(RetryConfig.Reason why) {
    return Objects.requireNonNull(retries.get(why));
  }

  /** How often there was none left. */
  public long denied() {
    return denied.sum();
  }
}
