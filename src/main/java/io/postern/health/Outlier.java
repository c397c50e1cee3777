package io.postern.health;

import io.postern.config.PassiveCheck;
import io.postern.config.PassiveCheck.FailureRatio;
import io.postern.config.Statuses;
import io.postern.fault.Reason;
import io.postern.pool.Outcomes;
import io.postern.pool.Server;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts what becomes of the exchanges of one server. Shared by all event loops: a success costs a
 * look at one number and, where shares are looked at, one compare-and-set.
 */
final class Outlier implements Outcomes {

  private static final int STATUSES = 600;

  private final Outliers pool;
  private final Server server;
  private final PassiveCheck config;
  private final @Nullable FailureWindow window;
  private final BitSet bad = new BitSet(STATUSES);
  private final AtomicInteger inRow = new AtomicInteger();

  /** Whether it has been told that there were enough. */
  private final AtomicBoolean suspected = new AtomicBoolean();

  // How long it was left out: owned by the event loop of the pool's Outliers.
  private boolean everEjected;
  private int steps;
  private long returned;

  Outlier(Outliers pool, Server server, PassiveCheck config) {
    this.pool = pool;
    this.server = server;
    this.config = config;
    FailureRatio ratio = config.failureRatio();
    window = ratio == null ? null : new FailureWindow(ratio.window().toNanos());
    Statuses statuses = config.statuses();
    for (int status = 200; statuses != null && status < STATUSES; status++) {
      bad.set(status, statuses.contains(status));
    }
  }

  Server server() {
    return server;
  }

  Outliers pool() {
    return pool;
  }

  @Override
  public boolean isFailure(int status) {
    return bad.get(status);
  }

  @Override
  public void succeeded(long now) {
    if (inRow.get() != 0) {
      inRow.set(0);
    }
    if (window != null) {
      window.count(false, now);
    }
  }

  @Override
  public void failed(Reason reason, long now) {
    failed(reason.label(), now);
  }

  @Override
  public void failed(int status, long now) {
    failed("status " + status, now);
  }

  private void failed(String what, long now) {
    int row = inRow.incrementAndGet();
    if (window != null) {
      window.count(true, now);
    }
    FailureRatio ratio = config.failureRatio();
    if (config.consecutiveFailures() > 0 && row >= config.consecutiveFailures()) {
      suspect(Words.count(row, "failure") + " in a row, lastly " + what, now);
    } else if (ratio != null
        && window != null
        && window.isOver(ratio.share().percent(), ratio.minimumRequests(), now)) {
      suspect(ratio.share() + " failures or more, lastly " + what, now);
    }
    pool.onFailure(server);
  }

  private void suspect(String why, long now) {
    if (server.isUsable() && !suspected.getAndSet(true)) {
      pool.suspect(this, why, now);
    }
  }

  /** What was told was looked at, and more may be told. */
  void looked() {
    suspected.set(false);
  }

  /** How long it is to be left out now; longer each time in a row. */
  Duration next(long now) {
    long first = config.ejection().toNanos();
    long most = config.maxEjection().toNanos();
    if (everEjected) {
      long quiet = Math.max(0, now - returned) / first;
      steps = (int) Math.max(0, steps + 1 - quiet);
    }
    everEjected = true;
    long time = first;
    int doubled = 0;
    for (; doubled < steps && time < most; doubled++) {
      time *= 2;
    }
    steps = doubled; // what is not used need not be taken away
    return Duration.ofNanos(Math.min(most, time));
  }

  /** It is back, and nothing of before counts. */
  void returned(long now) {
    returned = now;
    inRow.set(0);
    if (window != null) {
      window.clear();
    }
  }
}
