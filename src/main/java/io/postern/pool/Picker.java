package io.postern.pool;

import io.postern.balance.Balancer;
import io.postern.balance.Candidates;
import io.postern.balance.LeastOutstanding;
import io.postern.balance.Rendezvous;
import io.postern.balance.RoundRobin;
import io.postern.balance.WeightedRandom;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses servers of one pool for one event loop, which owns it: no other thread may call it. What
 * it knows of the load it reads from the counters that the loops share.
 */
public final class Picker {

  /** Which servers a request can have a connection to now. */
  public interface Reach {

    /** Whether one is open with room, or may be opened. */
    boolean reaches(Server server);
  }

  /** The key of a request that has none. */
  public static final long NO_KEY = 0;

  private static final int LOOKS = 4;

  private final Pool pool;
  private final int loop;
  private final RandomGenerator random;
  private final LongSupplier clock;
  private final Candidates candidates = new Usable();
  private List<Server> of;
  private Server[] servers;
  private Balancer balancer;
  private Nearness near;
  private @Nullable SlowStart slowStart;
  private @Nullable Tried tried;
  private @Nullable Reach reach;

  /** The group that is chosen from; any where it is {@link Balancer#NONE}. */
  private int group = Balancer.NONE;

  /** The thread that called first: the event loop, as the assertion has it. */
  private @Nullable Thread owner;

  Picker(Pool pool, int loop, RandomGenerator random, LongSupplier clock, @Nullable Picker before) {
    this.clock = clock;
    this.pool = pool;
    this.loop = loop;
    this.random = random;
    of = pool.servers();
    servers = of.toArray(Server[]::new);
    near = new Nearness(pool, of);
    slowStart = before == null ? null : before.slowStart;
    slowStart = slowStart();
    balancer = balancer(); // which may choose at once, by all of the others
  }

  private @Nullable SlowStart slowStart() {
    long nanos = pool.selection().slowStart().toNanos();
    return nanos == 0 ? null : new SlowStart(servers, nanos, clock, slowStart);
  }

  private Balancer balancer() {
    return switch (pool.selection().policy()) {
      case ROUND_ROBIN -> new RoundRobin(candidates, loop);
      case RANDOM -> new WeightedRandom(random);
      case LEAST_OUTSTANDING -> new LeastOutstanding(random);
      case HASH -> new Rendezvous(pool.selection().balanceFactor(), random);
    };
  }

  /** Where the pool has other servers than before, it is chosen among those, from the start. */
  @SuppressWarnings("ReferenceEquality") // another list is another object
  private void look() {
    List<Server> now = pool.servers();
    if (now != of) {
      group = Balancer.NONE;
      servers = now.toArray(Server[]::new);
      near = new Nearness(pool, now);
      slowStart = slowStart();
      balancer = balancer();
      of = now;
    }
  }

  /**
   * The server for the next attempt, which has been told that it is chosen.
   *
   * @param tried the servers that this exchange has tried; null at its first attempt
   * @param key a hash of what the same server is to be chosen for, or {@link #NO_KEY}
   * @param reach where it can have a connection; null where that is anywhere
   * @return null where no server is left that may be chosen, has weight, and room
   */
  public @Nullable Server pick(@Nullable Tried tried, long key, @Nullable Reach reach) {
    assert calledByOwner() : "a picker is called by one event loop only";
    look();
    this.tried = tried;
    this.reach = pool.connections() == null ? null : reach;
    if (slowStart != null) {
      slowStart.look();
    }
    Server chosen = near.matters() ? pickNear(key) : pickFrom(Balancer.NONE, key);
    this.tried = null;
    this.reach = null;
    return chosen;
  }

  /** The same, where connections are not limited. */
  public @Nullable Server pick(@Nullable Tried tried, long key) {
    return pick(tried, key, null);
  }

  /** From the group that a lot falls on; where that has nobody with room, the nearest that has. */
  private @Nullable Server pickNear(long key) {
    near.look();
    double lot = key == NO_KEY ? random.nextDouble() : (key >>> 10) * 0x1p-53;
    int first = near.choose(lot);
    Server chosen = first == Balancer.NONE ? null : pickFrom(first, key);
    for (int other = 0; other < near.groups() && chosen == null; other++) {
      chosen = other == first ? null : pickFrom(other, key);
    }
    return chosen;
  }

  private @Nullable Server pickFrom(int from, long key) {
    group = from;
    // Where other loops take the last room before us there is another look.
    for (int look = 0; look < LOOKS; look++) {
      int index = key == NO_KEY ? balancer.choose(candidates) : balancer.choose(candidates, key);
      if (index == Balancer.NONE || servers[index].tryChoose()) {
        return index == Balancer.NONE ? null : servers[index];
      }
    }
    return null;
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

  private boolean isUsable(Server server, @Nullable Tried tried) {
    boolean may = server.isUsable() || (near.isPanicking() && server.isOnDuty());
    return may && server.weight() > 0 && (tried == null || !tried.contains(server));
  }

  private boolean calledByOwner() {
    if (owner == null) {
      owner = Thread.currentThread();
    }
    return owner == Thread.currentThread();
  }

  /**
   * The servers of the pool, of which those have no weight that may not be chosen, were already
   * tried, have no room, or are of another group than the one that is chosen from.
   */
  private final class Usable implements Candidates {

    @Override
    public int size() {
      return servers.length;
    }

    @Override
    public int weight(int index) {
      Server server = servers[index];
      if ((group != Balancer.NONE && near.group(index) != group)
          || !isUsable(server, tried)
          || !server.hasRoom()
          || (reach != null && !reach.reaches(server))) {
        return 0;
      }
      return slowStart == null ? server.weight() : slowStart.weight(index);
    }

    @Override
    public int outstanding(int index) {
      return servers[index].outstanding();
    }

    @Override
    public long identity(int index) {
      return servers[index].identity();
    }
  }
}
