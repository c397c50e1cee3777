package io.postern.runtime;

import io.postern.config.ShutdownConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a proxy that loses nothing: announce, send clients away, wait for what is in flight,
 * stop. A load balancer goes on sending for a while after it was told, so nothing is refused before
 * the announcement's time and the spread are over.
 *
 * <p>Runs on the thread that calls it; {@link #hurry} may be called from any other.
 */
public final class Drain {

  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
  private static final Duration GLANCE = Duration.ofMillis(50);

  private final ProxyRuntime runtime;
  private final CountDownLatch hurried = new CountDownLatch(1);

  /** A drain that has not begun. */
  public Drain(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  /** Ends the drain at once: what is in flight is cut. */
  public void hurry() {
    hurried.countDown();
  }

  /** How long {@link #run} waits at most; what it then does takes some seconds more. */
  public Duration longest() {
    ShutdownConfig config = runtime.config().shutdown();
    return config.announce().plus(config.spread()).plus(drain(config));
  }

  private Duration drain(ShutdownConfig shutdown) {
    return runtime.config().loadBalancer().drain(shutdown);
  }

  /** Whether {@link #hurry} was called. */
  public boolean isHurried() {
    return hurried.getCount() == 0;
  }

  /**
   * Drains and stops.
   *
   * @return whether everything ended by itself, and nothing was cut
   */
  public boolean run() throws InterruptedException {
    ShutdownConfig config = runtime.config().shutdown();
    Duration drain = drain(config);
    Duration announced = runtime.announceEnd();
    Duration left = config.announce().minus(announced);
    LOG.info(
        "announcing for {}: nothing is refused yet",
        shown(left.isNegative() ? Duration.ZERO : left));
    boolean calm = pause(left);
    if (calm) {
      LOG.info("sending clients away over {}", shown(config.spread()));
      runtime.sendAway(config.spread().toMillis());
      calm = quiet(config.spread(), true);
    }
    runtime.stopAccepting();
    if (calm) {
      LOG.info("waiting for {} connections, {} at most", runtime.openConnections(), shown(drain));
      calm = quiet(drain, false) && runtime.openConnections() == 0;
    }
    int cut = runtime.openConnections();
    LOG.info(cut == 0 ? "drained" : "cutting {} connections", cut);
    runtime.close();
    return calm;
  }

  private static String shown(Duration time) {
    return time.toMillis() / 1000.0 + " s";
  }

  /** Waits; false where it was hurried. */
  private boolean pause(Duration time) throws InterruptedException {
    return !hurried.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for the time, or until no connection is open unless all of it is asked for. */
  private boolean quiet(Duration time, boolean whole) throws InterruptedException {
    for (Duration left = time; left.isPositive(); left = left.minus(GLANCE)) {
      if (!whole && runtime.openConnections() == 0) {
        return true;
      }
      if (!pause(left.compareTo(GLANCE) < 0 ? left : GLANCE)) {
        return false;
      }
    }
    return true;
  }
}
