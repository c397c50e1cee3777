package io.postern.pool;

import io.postern.balance.Balancer;
import io.postern.balance.Levels;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which of the servers of a pool are near enough for the next request. They stand in groups, by
 * tier and then by how far they are; the near ones take all they can, and the farther ones the
 * rest. A server that is full is no worse than another here: it has enough to do.
 *
 * <p>Owned by whoever made it, and counted anew by {@link #look}.
 */
public final class Nearness {

  private final List<Server> servers;

  /**
   * As they were when this was made: a server may get into another, and then there is a new list.
   */
  private final int[] groups;

  private final double panicThreshold;
  private final Levels levels;
  private boolean panicking;

  /**
   * Knows the servers of a pool.
   *
   * @param servers as they are now
   */
  public Nearness(Pool pool, List<Server> servers) {
    this.servers = servers;
    panicThreshold = pool.selection().panicThreshold();
    groups = servers.stream().mapToInt(Server::group).toArray();
    levels = new Levels(1 + Arrays.stream(groups).max().orElse(0));
  }

  /** Whether there is more than one group, or a threshold: else all are always near enough. */
  public boolean matters() {
    return levels.number() > 1 || panicThreshold > 0;
  }

  /** Looks which servers are usable now. */
  public void look() {
    count(false);
    panicking = levels.isBelow(panicThreshold);
    if (panicking) {
      count(true);
    }
  }

  private void count(boolean evenDown) {
    levels.clear();
    for (int i = 0; i < groups.length; i++) {
      Server server = servers.get(i);
      levels.add(groups[i], server.weight(), server.isUsable() || (evenDown && server.isOnDuty()));
    }
  }

  /** Whether so few are usable that all are used. */
  public boolean isPanicking() {
    return panicking;
  }

  /**
   * The group for a lot between 0 and 1.
   *
   * @return {@link Balancer#NONE} where no server is usable
   */
  public int choose(double lot) {
    return levels.choose(lot);
  }

  /** The group of a server, by its place in the list. */
  int group(int index) {
    return groups[index];
  }

  /** How far the servers of a group are. */
  public Distance distance(int group) {
    return in(group).findFirst().orElseThrow().distance();
  }

  /** How many servers are in a group. */
  public long servers(int group) {
    return in(group).count();
  }

  /** How many of those may be chosen, were there no panic. */
  public long usable(int group) {
    return in(group).filter(server -> server.isUsable() && server.weight() > 0).count();
  }

  private Stream<Server> in(int group) {
    return IntStream.range(0, groups.length).filter(i -> groups[i] == group).mapToObj(servers::get);
  }

  /** The share of what is asked that a group gets, from 0 to 1. */
  public double share(int group) {
    return levels.share(group);
  }

  /** How many groups there are, of which some may be empty. */
  public int groups() {
    return levels.number();
  }
}
