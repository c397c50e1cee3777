package io.postern.pool;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The servers of a pool: one list that does not change, and is swapped whole. Read by all event
 * loops, which see by its identity that there is another; changed by the one that finds servers.
 */
public final class Roster {

  /**
   * A server as it was found.
   *
   * @param address resolved, with the name that it was found by
   * @param weight its share beside the others
   * @param tier those of a higher one get what the lower ones cannot take
   */
  public record Found(InetSocketAddress address, int weight, int tier) {}

  /**
   * What a change brought and took away.
   *
   * @param altered who has stayed, and is another in weight, state or distance
   */
  public record Change(List<Server> added, List<Server> removed, List<Server> altered) {

    /** Whether all is as before. */
    public boolean isNone() {
      return added.isEmpty() && removed.isEmpty() && altered.isEmpty();
    }
  }

  private final Dialect dialect;
  private final Bounds bounds;
  private final LongAdder answers = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder changes = new LongAdder();
  private volatile List<Server> servers;
  private int next;

  Roster(List<Identity> listed, Dialect dialect, Bounds bounds) {
    this.dialect = dialect;
    this.bounds = bounds;
    servers = List.copyOf(listed.stream().map(this::fresh).toList());
  }

  private Server fresh(Identity who) {
    return new Server(next++, who, dialect, bounds);
  }

  /** Those of now. */
  List<Server> servers() {
    return servers;
  }

  /**
   * Takes over what was found: who is still there, which its address tells, keeps state and
   * counters, and is what is said of it now.
   *
   * @param found one at least
   * @param at when, by the wall clock
   * @param before given who is new, before any event loop sees it
   */
  Change change(List<Identity> found, Instant at, Consumer<List<Server>> before) {
    answers.increment();
    Map<InetSocketAddress, Server> known = new LinkedHashMap<>();
    servers.forEach(each -> known.put(each.address(), each));
    Map<InetSocketAddress, Server> wanted = new LinkedHashMap<>();
    List<Server> added = new ArrayList<>();
    List<Server> altered = new ArrayList<>();
    for (Identity each : found) {
      Server kept = known.remove(each.address());
      if (kept != null) {
        wanted.put(each.address(), kept);
        if (kept.become(each, at)) {
          altered.add(kept);
        }
      } else if (!wanted.containsKey(each.address())) {
        Server fresh = fresh(each);
        added.add(fresh);
        wanted.put(each.address(), fresh);
      }
    }
    Change change =
        new Change(List.copyOf(added), List.copyOf(known.values()), List.copyOf(altered));
    if (!change.isNone()) {
      before.accept(change.added());
      servers = List.copyOf(wanted.values());
      changes.increment(); // who has seen this count sees these servers
      change.removed().forEach(Server::leave);
      if (bounds.queue() != null) {
        bounds.queue().roomMade();
      }
    }
    return change;
  }

  /** Nothing was found; all stays as it is. */
  public void notFound() {
    failures.increment();
  }

  /** How often servers were found. */
  public long answers() {
    return answers.sum();
  }

  /** How often nothing was found. */
  public long failures() {
    return failures.sum();
  }

  /** How often servers came or went, or became others. */
  public long changes() {
    return changes.sum();
  }
}
