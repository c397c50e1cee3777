package io.postern.pool;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
   */
  public record Found(InetSocketAddress address, int weight) {}

  /** What a change brought and took away. */
  public record Change(List<Server> added, List<Server> removed) {

    /** Whether all is as before. */
    public boolean isNone() {
      return added.isEmpty() && removed.isEmpty();
    }
  }

  private final Dialect dialect;
  private final @Nullable Queue queue;
  private final int requestsPerServer;
  private final LongAdder answers = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder changes = new LongAdder();
  private volatile List<Server> servers;
  private int next;

  Roster(List<Identity> listed, Dialect dialect, @Nullable Queue queue, int requestsPerServer) {
    this.dialect = dialect;
    this.queue = queue;
    this.requestsPerServer = requestsPerServer;
    List<Server> all = new ArrayList<>(listed.size());
    for (Identity server : listed) {
      all.add(new Server(next++, server, dialect, queue, requestsPerServer));
    }
    servers = List.copyOf(all);
  }

  /** Those of now. */
  List<Server> servers() {
    return servers;
  }

  /**
   * Takes over what was found: who is still there keeps state and counters, and has its new weight.
   *
   * @param found one at least
   * @param before given who is new, before any event loop sees it
   */
  Change change(List<Found> found, Consumer<List<Server>> before) {
    answers.increment();
    Map<InetSocketAddress, Server> known = new LinkedHashMap<>();
    servers.forEach(each -> known.put(each.address(), each));
    Map<InetSocketAddress, Server> wanted = new LinkedHashMap<>();
    List<Server> added = new ArrayList<>();
    for (Found each : found) {
      Server kept = known.remove(each.address());
      if (kept != null) {
        kept.weigh(each.weight());
        wanted.put(each.address(), kept);
      } else if (!wanted.containsKey(each.address())) {
        Server fresh = new Server(next++, Identity.of(each), dialect, queue, requestsPerServer);
        added.add(fresh);
        wanted.put(each.address(), fresh);
      }
    }
    Change change = new Change(List.copyOf(added), List.copyOf(known.values()));
    if (!change.isNone()) {
      changes.increment();
      before.accept(change.added());
      servers = List.copyOf(wanted.values());
      change.removed().forEach(Server::leave);
      if (queue != null) {
        queue.roomMade();
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

  /** How often servers came or went. */
  public long changes() {
    return changes.sum();
  }
}
