package io.postern.pool;

import io.postern.config.PoolConfig;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** How many have asked for the search that goes on; 0 while there is none. */
  private final AtomicInteger askers = new AtomicInteger();

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
   * @return false where others are looking, who will be told that they are to look once more
   */
  public boolean beginSearch() {
    return askers.getAndIncrement() == 0;
  }

  /** One was found, and the search is over. Whoever is called for it may begin another. */
  public void endSearch() {
    askers.set(0);
  }

  /**
   * None was found, and the search is over, unless somebody has asked for it meanwhile: what is
   * idle may be so since we came by.
   *
   * @return whether it goes on, from the start
   */
  public boolean searchesAgain() {
    return askers.getAndUpdate(asked -> asked > 1 ? 1 : 0) > 1;
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
