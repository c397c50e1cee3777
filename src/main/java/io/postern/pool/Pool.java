package io.postern.pool;

import io.netty.util.concurrent.Ticker;
import io.postern.config.ActiveCheck;
import io.postern.config.DiscoveryConfig;
import io.postern.config.PassiveCheck;
import io.postern.config.PoolConfig;
import io.postern.config.ProcessConfig;
import io.postern.tls.UpstreamTls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A named group of servers with one policy. Immutable and shared by all event loops, but for its
 * servers, their state and their counters.
 *
 * @param name as routes and logs name it
 * @param selection how a server is chosen
 * @param dialect how the servers are spoken to, each of which knows it too
 * @param roster its servers, as they are now
 * @param here where this process is
 * @param discovery how they are found; null where the config lists them
 * @param idle how long a connection to a server is kept without use
 * @param idlePerServer how many idle connections each event loop keeps to each server
 * @param queue the requests that may be in flight, and those that wait; null without such limits
 * @param connections how many connections there may be; null where that is not limited
 * @param retryBudget how many retries there may be
 * @param check how servers are checked; null where they are not, and always count as up
 * @param passive when servers that fail are ejected; null where they are not
 */
public record Pool(
    String name,
    Selection selection,
    Dialect dialect,
    Roster roster,
    ProcessConfig here,
    @Nullable DiscoveryConfig discovery,
    Duration idle,
    int idlePerServer,
    @Nullable Queue queue,
    @Nullable ConnectionLimits connections,
    RetryBudget retryBudget,
    @Nullable ActiveCheck check,
    @Nullable PassiveCheck passive) {

  /**
   * The pool that a section of the config describes, with all counters at 0.
   *
   * @param here where this process is
   * @param tls what came of its section {@code tls}, where it has one; stays the caller's to close
   */
  public static Pool of(PoolConfig config, ProcessConfig here, @Nullable UpstreamTls tls) {
    return of(config, config.servers(), here, tls);
  }

  /** The same, where its servers are listed elsewhere. */
  public static Pool of(
      PoolConfig config,
      List<PoolConfig.Server> servers,
      ProcessConfig here,
      @Nullable UpstreamTls tls) {
    Dialect dialect = dialect(config, tls);
    Bounds bounds = Bounds.of(config.limits());
    Roster roster = new Roster(Identity.listed(servers, here), dialect, bounds);
    return of(config, here, roster, dialect, budget(config));
  }

  private static Pool of(
      PoolConfig config, ProcessConfig here, Roster roster, Dialect dialect, RetryBudget budget) {
    return new Pool(
        config.name(),
        Selection.of(config),
        dialect,
        roster,
        here,
        config.discovery(),
        config.idle(),
        config.limits().idlePerServer(),
        roster.bounds().queue(),
        roster.bounds().connections(),
        budget,
        config.health().active(),
        config.health().passive());
  }

  private static Dialect dialect(PoolConfig config, @Nullable UpstreamTls tls) {
    return new Dialect(config.protocol(), tls, config.ping(), config.sendProxy());
  }

  private static RetryBudget budget(PoolConfig config) {
    return new RetryBudget(config.retryBudget(), Ticker.systemTicker().nanoTime());
  }

  /**
   * What this pool is by another section of the config. It has the same servers, which another list
   * is a {@link #draft} for. Where they are connected to in the same way, and may have as much,
   * they are the same objects, with their connections and with who waits for them; else others, of
   * which is known what is known of these.
   *
   * @param was the section that this one is by
   * @param tls as for {@link #of}
   */
  public Pool with(PoolConfig was, PoolConfig config, @Nullable UpstreamTls tls) {
    Dialect other = dialect(config, tls);
    boolean same =
        other.equals(dialect)
            && was.limits().equals(config.limits())
            && was.idle().equals(config.idle());
    Roster its = same ? roster : new Roster(roster, other, Bounds.of(config.limits()));
    boolean sameBudget = was.retryBudget().equals(config.retryBudget());
    return of(config, here, its, other, sameBudget ? retryBudget : budget(config));
  }

  /** Whether another version of it has the same servers, as objects. */
  public boolean sharesServers(Pool other) {
    return roster.equals(other.roster);
  }

  /** The servers that a list would bring and take away; nothing changes yet. By one thread. */
  public Roster.Draft draft(List<PoolConfig.Server> listed) {
    return roster.draft(Identity.listed(listed, here));
  }

  /** From now on its servers are those of its last draft; see {@link Roster#take}. */
  public Roster.Change take(Roster.Draft draft, Instant at, Consumer<List<Server>> before) {
    return roster.take(draft, at, before);
  }

  /**
   * An operator says something of one of its servers in place of the config.
   *
   * @param by what; null for nothing any more
   */
  public Roster.Change override(Server server, @Nullable ServerOverride by, Instant at) {
    return roster.override(server, by, at);
  }

  /** It is gone: what is connected to its servers is kept no longer than it is in use. */
  public void leave() {
    roster.leave();
  }

  /** Its servers now: a list that does not change, and is another one when they do. */
  public List<Server> servers() {
    return roster.servers();
  }

  /**
   * Takes over servers that were found; called by the one event loop that finds them.
   *
   * @param found one at least
   * @param at when, by the wall clock
   * @param before given who is new, before any event loop sees it
   */
  public Roster.Change discovered(
      List<Roster.Found> found, Instant at, Consumer<List<Server>> before) {
    return roster.change(Identity.found(found), at, before);
  }

  /** The same of servers that are listed somewhere. */
  public Roster.Change listed(
      List<PoolConfig.Server> servers, Instant at, Consumer<List<Server>> before) {
    return roster.change(Identity.listed(servers, here), at, before);
  }

  /**
   * How many servers may be chosen now: nothing speaks against it, and they have weight. Counted
   * anew by each call.
   */
  public int readyServers() {
    int ready = 0;
    for (Server server : servers()) {
      ready += server.isUsable() && server.weight() > 0 ? 1 : 0;
    }
    return ready;
  }

  /**
   * Whether it, and one of its servers that may be chosen, in a panic at least, may have one more
   * request in flight, connections aside.
   */
  public boolean hasRoom() {
    if (queue != null && !queue.hasRoom()) {
      return false;
    }
    for (Server server : servers()) {
      if (server.isOnDuty() && server.weight() > 0 && server.hasRoom()) {
        return true;
      }
    }
    return false;
  }

  /**
   * A new chooser of servers for one event loop.
   *
   * @param loop the number of the event loop, from 0: where in the round it begins
   * @param random what policies that draw lots draw from; used on that event loop only
   * @param clock of that event loop, in nanoseconds
   */
  public Picker picker(int loop, RandomGenerator random, LongSupplier clock) {
    return picker(loop, random, clock, null);
  }

  /**
   * The same, which goes on where another left off.
   *
   * @param before that of another version of the pool, which knows who starts slowly; null for none
   */
  public Picker picker(
      int loop, RandomGenerator random, LongSupplier clock, @Nullable Picker before) {
    return new Picker(this, loop, random, clock, before);
  }

  /** Two versions of a pool are two, however alike they are. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
