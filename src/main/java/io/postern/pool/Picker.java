package io.postern.pool;

import io.postern.balance.Balancer;
import io.postern.balance.Candidates;
import io.postern.balance.RoundRobin;
import org.jspecify.annotations.Nullable;

/**
 * Chooses servers of one pool for one event loop, which owns it: no other thread may call it. What
 * it knows of the load it reads from the counters that the loops share.
 */
public final class Picker {

  private final Server[] servers;
  private final Candidates candidates = new Untried();
  private final Balancer balancer;
  private @Nullable Tried tried;

  /** The thread that called first: the event loop, as the assertion has it. */
  private @Nullable Thread owner;

  Picker(Pool pool, int loop) {
    servers = pool.servers().toArray(Server[]::new);
    balancer =
        switch (pool.policy()) {
          case ROUND_ROBIN -> new RoundRobin(candidates, loop);
        };
  }

  /**
   * The server for the next attempt.
   *
   * @param tried the servers that this exchange has tried; null at its first attempt
   * @return null where no server is left
   */
  public @Nullable Server pick(@Nullable Tried tried) {
    assert calledByOwner() : "a picker is called by one event loop only";
    this.tried = tried;
    int index = balancer.choose(candidates);
    this.tried = null;
    return index == Balancer.NONE ? null : servers[index];
  }

  private boolean calledByOwner() {
    if (owner == null) {
      owner = Thread.currentThread();
    }
    return owner == Thread.currentThread();
  }

  /** The servers of the pool, of which those already tried have no weight. */
  private final class Untried implements Candidates {

    @Override
    public int size() {
      return servers.length;
    }

    @Override
    public int weight(int index) {
      Server server = servers[index];
      return tried != null && tried.contains(server) ? 0 : server.weight();
    }
  }
}
