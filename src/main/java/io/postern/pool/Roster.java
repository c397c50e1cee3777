package io.postern.pool;

import java.net.InetSocketAddress;
import java.time.Instant;
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

  /**
   * Who is to be there, and is not yet.
   *
   * @param all in their order
   * @param said what will be said of those that have stayed
   */
  public record Draft(
      List<Server> all, Map<Server, Identity> said, List<Server> added, List<Server> removed) {

    /** How many of them may be chosen then, as far as is known now. */
    public int readyServers() {
      return (int) all.stream().filter(this::isReady).count();
    }

    private boolean isReady(Server server) {
      Identity of = said.get(server);
      return of == null ? server.isUsable() && server.weight() > 0 : server.isReadyAs(of);
    }
  }

  /** What a server is told by; its name is what its certificate is verified for. */
  private record Key(InetSocketAddress address, String host) {
    static Key of(InetSocketAddress address) {
      return new Key(address, address.getHostString());
    }
  }

  private final Dialect dialect;
  private final Bounds bounds;
  private final LongAdder answers;
  private final LongAdder failures;
  private final LongAdder changes;
  private volatile List<Server> servers;
  private int next;

  Roster(List<Identity> listed, Dialect dialect, Bounds bounds) {
    this.dialect = dialect;
    this.bounds = bounds;
    answers = new LongAdder();
    failures = new LongAdder();
    changes = new LongAdder();
    servers = List.copyOf(listed.stream().map(this::fresh).toList());
  }

  /** The same servers, which are spoken to in another way or held to other bounds. */
  Roster(Roster before, Dialect dialect, Bounds bounds) {
    this.dialect = dialect;
    this.bounds = bounds;
    answers = before.answers;
    failures = before.failures;
    changes = before.changes;
    next = before.next;
    servers = before.servers.stream().map(server -> new Server(server, dialect, bounds)).toList();
  }

  private Server fresh(Identity who) {
    return new Server(next++, who, dialect, bounds);
  }

  /** Those of now. */
  List<Server> servers() {
    return servers;
  }

  /** The bounds that they share. */
  Bounds bounds() {
    return bounds;
  }

  /** None of them is a server of the pool any more: it is gone. */
  void leave() {
    servers.forEach(Server::leave);
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
    return take(draft(found), at, before);
  }

  /** Who would be there; nothing changes yet. Only the last draft may be taken over. */
  Draft draft(List<Identity> found) {
    Map<Key, Server> known = new LinkedHashMap<>();
    servers.forEach(each -> known.put(Key.of(each.address()), each));
    Map<Key, Server> wanted = new LinkedHashMap<>();
    Map<Server, Identity> said = new LinkedHashMap<>();
    List<Server> added = new ArrayList<>();
    for (Identity each : found) {
      Key key = Key.of(each.address());
      Server kept = known.remove(key);
      if (kept != null) {
        wanted.put(key, kept);
        said.put(kept, each);
      } else if (!wanted.containsKey(key)) {
        Server fresh = fresh(each);
        added.add(fresh);
        wanted.put(key, fresh);
      }
    }
    return new Draft(
        List.copyOf(wanted.values()), said, List.copyOf(added), List.copyOf(known.values()));
  }

  /**
   * From now on those are there.
   *
   * @param at when, by the wall clock
   * @param before given who is new, before any event loop sees it
   */
  public Change take(Draft draft, Instant at, Consumer<List<Server>> before) {
    List<Server> altered = new ArrayList<>();
    draft.said.forEach(
        (server, who) -> {
          if (server.become(who, at)) {
            altered.add(server);
          }
        });
    Change change = new Change(draft.added, draft.removed, List.copyOf(altered));
    if (!change.isNone()) {
      before.accept(change.added());
      servers = draft.all;
      changes.increment(); // who has seen this count sees these servers
      change.removed().forEach(Server::leave);
      if (bounds.queue() != null) {
        bounds.queue().roomMade();
      }
    }
    return change;
  }

  /** An operator says something of one of them in place of the config, or nothing any more. */
  Change override(Server server, @Nullable ServerOverride by, Instant at) {
    boolean other = server.override(by, at);
    if (other) {
      changes.increment();
    }
    return new Change(List.of(), List.of(), other ? List.of(server) : List.of());
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
