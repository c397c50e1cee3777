package io.postern.pool;

import io.postern.balance.Balancer;
import io.postern.balance.Candidates;
import io.postern.balance.LeastOutstanding;
import io.postern.balance.RoundRobin;
import io.postern.balance.WeightedRandom;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses servers of one pool for one event loop, which owns it: no other thread may call it. What
 * it knows of the load it reads from the counters that the loops share.
 */
public final class Picker {

  private static final int LOOKS = 4;

  private final Pool pool;
  private final int loop;
  private final RandomGenerator random;
  private final Candidates candidates = new Usable();
  private List<Server> of;
  private Server[] servers;
  private Balancer balancer;
  private @Nullable Tried tried;

  /** The thread that called first: the event loop, as the assertion has it. */
  private @Nullable Thread owner;

  Picker(Pool pool, int loop, RandomGenerator random) {
    this.pool = pool;
    this.loop = loop;
    this.random = random;
    of = pool.servers();
    servers = of.toArray(Server[]::new);
    balancer = balancer();
  }

  private Balancer balancer() {
    return switch (pool.policy()) {
      case ROUND_ROBIN -> new RoundRobin(candidates, loop);
      case RANDOM -> new WeightedRandom(random);
      case LEAST_OUTSTANDING -> new LeastOutstanding(random);
    };
  }

  /** Where the pool has other servers than before, it is chosen among those, from the start. */
  @SuppressWarnings("ReferenceEquality") // another list is another object
  private void look() {
    List<Server> now = pool.servers();
    if (now != of) {
      of = now;
      servers = now.toArray(Server[]::new);
      balancer = balancer();
    }
  }

  /**
   * The server for the next attempt, which has been told that it is chosen.
   *
   * @param tried the servers that this exchange has tried; null at its first attempt
   * @return null where no server is left that may be chosen, has weight, and room
   */
  public @Nullable Server pick(@Nullable Tried tried) {
    assert calledByOwner() : "a picker is called by one event loop only";
    look();
    this.tried = tried;
    Server chosen = null;
    // Where other loops take the last room before us there is another look.
    for (int look = 0; look < LOOKS && chosen == null; look++) {
      int index = balancer.choose(candidates);
      if (index == Balancer.NONE) {
        break;
      }
      chosen = servers[index].tryChoose() ? servers[index] : null;
    }
    this.tried = null;
    return chosen;
  }

  /**
   * Whether there is a server that could be chosen if it had room.
   *
   * @param tried as for {@link #pick}
   */
  public boolean isAnyUsable(@Nullable Tried tried) {
    look();
    for (Server server : servers) {
      if (isUsable(server, tried)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isUsable(Server server, @Nullable Tried tried) {
    return server.isUsable() && server.weight() > 0 && (tried == null || !tried.contains(server));
  }

  private boolean calledByOwner() {
    if (owner == null) {
      owner = Thread.currentThread();
    }
    return owner == Thread.currentThread();
  }

  /**
   * The servers of the pool, of which those that may not be chosen or were already tried have no
   * weight.
   */
  private final class Usable implements Candidates {

    @Override
    public int size() {
      return servers.length;
    }

    @Override
    public int weight(int index) {
      Server server = servers[index];
      return isUsable(server, tried) && server.hasRoom() ? server.weight() : 0;
    }

    @Override
    public int outstanding(int index) {
      return servers[index].inFlight();
    }
  }
}
