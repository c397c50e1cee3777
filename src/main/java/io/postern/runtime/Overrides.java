package io.postern.runtime;

import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.exchange.Snapshot;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Server;
import io.postern.pool.ServerOverride;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators say of servers in place of the config, until they take it back or its time is
 * over. It holds for a pool and an address: a server that goes and comes back is what was said of
 * it, and another config changes nothing of that. It ends with the process.
 *
 * <p>May be asked from any thread; what changes is done by the thread of the lookout, one at a
 * time.
 */
public final class Overrides {

  private static final Logger LOG = LoggerFactory.getLogger(Overrides.class);

  /** A server by what it is called. */
  private record Key(String pool, String server) {
    @Override
    public String toString() {
      return pool + "/" + server;
    }
  }

  /**
   * What is said of a server, whether or not there is one now.
   *
   * @param server its address, as a pool has it
   */
  public record Entry(String pool, String server, ServerOverride said) {}

  /** What comes of it when an operator says something. */
  public enum Outcome {
    /** It holds from now on. */
    DONE,
    /** There is no such server, or nothing was said of it. */
    UNKNOWN,
    /** The pool would be left without a server that is ready. */
    LAST
  }

  private final Map<Key, ServerOverride> said = new ConcurrentHashMap<>();
  private final Supplier<Snapshot> snapshot;
  private final Lookout lookout;
  private final InstantSource clock;
  private final BiConsumer<Pool, Roster.Change> changed;

  /**
   * None yet.
   *
   * @param changed told of what becomes of servers
   */
  Overrides(
      Supplier<Snapshot> snapshot,
      Lookout lookout,
      InstantSource clock,
      BiConsumer<Pool, Roster.Change> changed) {
    this.snapshot = snapshot;
    this.lookout = lookout;
    this.clock = clock;
    this.changed = changed;
    lookout.each(this::endWhatIsOver);
  }

  /** All that is said, by pool and server. From any thread. */
  public List<Entry> all() {
    return said.entrySet().stream()
        .map(each -> new Entry(each.getKey().pool, each.getKey().server, each.getValue()))
        .sorted(Comparator.comparing(Entry::pool).thenComparing(Entry::server))
        .toList();
  }

  /** Says of servers that have come what was said of them before. From any thread. */
  void apply(Pool pool, List<Server> come) {
    for (Server each : come) {
      ServerOverride known = said.get(new Key(pool.name(), each.label()));
      if (known != null) {
        each.override(known, clock.instant());
      }
    }
  }

  /**
   * Says something of a server from now on, in place of all that was said of it before.
   *
   * @param lasting for how long; null for as long as nothing else is said
   * @param force even where the pool is left without a server that is ready
   */
  public CompletableFuture<Outcome> set(
      String pool, String server, ServerOverride what, @Nullable Duration lasting, boolean force) {
    return lookout.now(
        () -> {
          Instant until =
              lasting == null
                  ? what.until()
                  : clock.instant().plus(lasting).truncatedTo(ChronoUnit.MILLIS);
          ServerOverride ending = new ServerOverride(what.state(), what.weight(), until, what.by());
          Outcome outcome = say(new Key(pool, server), ending, force);
          if (lasting != null && outcome == Outcome.DONE) {
            lookout.after(lasting, this::endWhatIsOver);
          }
          return outcome;
        });
  }

  /**
   * Nothing is said of a server from now on but what the config says.
   *
   * @param force even where the pool is left without a server that is ready
   */
  public CompletableFuture<Outcome> end(String pool, String server, String by, boolean force) {
    return lookout.now(
        () -> {
          Key key = new Key(pool, server);
          if (!said.containsKey(key)) {
            return Outcome.UNKNOWN;
          }
          return !force && leavesNone(key, null) ? Outcome.LAST : takeBack(key, by);
        });
  }

  /** Whether a pool that has a ready server would have none if this were said. */
  private boolean leavesNone(Key key, @Nullable ServerOverride what) {
    Pool pool = snapshot.get().pools().get(key.pool);
    Server server = pool == null ? null : find(pool, key.server);
    return pool != null
        && server != null
        && server.isReadyBy(server.override())
        && !server.isReadyBy(what)
        && pool.readyServers() == 1;
  }

  private Outcome say(Key key, ServerOverride what, boolean force) {
    Pool pool = snapshot.get().pools().get(key.pool);
    Server server = pool == null ? null : find(pool, key.server);
    if (pool == null || server == null) {
      return Outcome.UNKNOWN;
    }
    if (!force && leavesNone(key, what)) {
      return Outcome.LAST;
    }
    Roster.Change change = pool.override(server, what, clock.instant());
    said.put(key, what);
    Events.raise(
        LOG,
        EventKind.SERVER_OVERRIDDEN,
        key.toString(),
        "server {}: {}, {}",
        key,
        words(what),
        what.words());
    changed.accept(pool, change);
    return Outcome.DONE;
  }

  private static String words(ServerOverride what) {
    String state =
        what.state() == null ? "" : "state " + what.state().name().toLowerCase(Locale.ROOT);
    String weight = what.weight() == null ? "" : "weight " + what.weight();
    return state + (state.isEmpty() || weight.isEmpty() ? "" : ", ") + weight;
  }

  private Outcome takeBack(Key key, String why) {
    said.remove(key);
    Events.raise(
        LOG,
        EventKind.SERVER_RESTORED,
        key.toString(),
        "server {}: is again what the config says ({})",
        key,
        why);
    Pool pool = snapshot.get().pools().get(key.pool);
    Server server = pool == null ? null : find(pool, key.server);
    if (pool != null && server != null) {
      changed.accept(pool, pool.override(server, null, clock.instant()));
    }
    return Outcome.DONE;
  }

  private static @Nullable Server find(Pool pool, String label) {
    return pool.servers().stream()
        .filter(each -> each.label().equals(label))
        .findFirst()
        .orElse(null);
  }

  private void endWhatIsOver() {
    Instant now = clock.instant();
    said.forEach(
        (key, what) -> {
          if (what.until() != null && !now.isBefore(what.until())) {
            if (leavesNone(key, null)) {
              LOG.warn("pool {} is left without a ready server", key.pool);
            }
            takeBack(key, "its time is over");
          }
        });
  }
}
