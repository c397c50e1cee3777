package io.postern.pool;

import io.postern.config.PoolConfig;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How many connections may be open to the servers of a pool, which is asked only where one is to be
 * opened. Who gets none waits in the queue of the pool. Shared by all event loops.
 */
public final class ConnectionLimits {

  private final Allowance all;
  private final int most;
  private final int perServer;
  private final Queue queue;
  private final AtomicBoolean search = new AtomicBoolean();
  private final LongAdder givenUp = new LongAdder();

  private ConnectionLimits(PoolConfig.Limits limits, Queue queue) {
    this.most = limits.connections();
    this.all = new Allowance(most);
    this.perServer = limits.connectionsPerServer();
    this.queue = queue;
  }

  static @Nullable ConnectionLimits of(PoolConfig.Limits limits, @Nullable Queue queue) {
    boolean limited = limits.connections() > 0 || limits.connectionsPerServer() > 0;
    return limited && queue != null ? new ConnectionLimits(limits, queue) : null;
  }

  /** To all servers together; 0 is any number. */
  public int most() {
    return most;
  }

  /** To each server; 0 is any number. */
  public int perServer() {
    return perServer;
  }

  /** What there is for one more server. */
  ConnectionRoom room() {
    return new ConnectionRoom(new Allowance(perServer), all, queue);
  }

  /**
   * Begins to look for an idle connection that can be given up for somebody who waits, on one event
   * loop after the other.
   *
   * @return false where others are looking
   */
  public boolean beginSearch() {
    return search.compareAndSet(false, true);
  }

  /** The search is over. */
  public void endSearch() {
    search.set(false);
  }

  /** Who waits is to look once more. */
  public void lookAgain() {
    queue.roomMade();
  }

  /** An idle connection is closed, for somebody waits. */
  public void countGivenUp() {
    givenUp.increment();
  }

  /** How often that was. */
  public long givenUp() {
    return givenUp.sum();
  }
}
