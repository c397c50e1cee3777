package io.postern.health;

import io.postern.config.PassiveCheck;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.http.LoopContext;
import io.postern.pool.Outcomes;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves servers out whose exchanges fail, in the pools that ask for it. What it is told comes from
 * all event loops, and each pool has one that decides; pools come and go by one thread.
 */
public final class Ejection {

  private static final Logger LOG = LoggerFactory.getLogger(Ejection.class);

  private final List<LoopContext> loops;
  private final InstantSource clock;
  private final Consumer<Server> onFailure;

  private final Map<String, Outliers> byPool = new ConcurrentHashMap<>();
  private int next;

  /**
   * No pool is watched yet.
   *
   * @param loops what brings servers back
   * @param clock the wall clock, for the state of servers
   * @param onFailure told of each failure, by the event loop of its exchange
   */
  public Ejection(List<LoopContext> loops, InstantSource clock, Consumer<Server> onFailure) {
    this.loops = loops;
    this.clock = clock;
    this.onFailure = onFailure;
  }

  /** Begins to count for a pool; passed over where that does not ask for it. */
  public void begin(Pool pool) {
    PassiveCheck config = pool.passive();
    if (config != null) {
      LoopContext owner = loops.get(next++ % loops.size());
      Outliers outliers =
          new Outliers(pool, config, clock, Ending.of(owner.loop()), new Returning(owner));
      byPool.put(pool.name(), outliers);
      pool.servers().forEach(outliers::watch);
    }
  }

  /** Goes on with a pool that is another version of one that is known. */
  public void change(Pool before, Pool after) {
    if (!after.sharesServers(before) || !Objects.equals(after.passive(), before.passive())) {
      end(before);
      begin(after);
    }
  }

  /** Counts no more for a pool; who was left out is not any more. */
  public void end(Pool pool) {
    Outliers gone = byPool.remove(pool.name());
    if (gone != null) {
      pool.servers().forEach(each -> each.report(null));
      gone.end(now());
    }
  }

  /** Counts for servers that have come to a pool; before there are exchanges with them. */
  public void add(Pool pool, List<Server> added) {
    Outliers outliers = byPool.get(pool.name());
    if (outliers != null) {
      added.forEach(outliers::watch);
    }
  }

  /** They have left their pool. */
  public void remove(Pool pool, List<Server> removed) {
    Outliers outliers = byPool.get(pool.name());
    if (outliers != null) {
      outliers.forget(removed, now());
    }
  }

  /** A server has gone down by its checks: one that is ejected may have to stand in for it. */
  public void onDown(Server server) {
    Outcomes outcomes = server.outcomes();
    if (outcomes instanceof Outlier outlier) {
      outlier.pool().onDown(now());
    }
  }

  private long now() {
    return loops.getFirst().loop().ticker().nanoTime();
  }

  /** Lets a server return, by the event loop that has found it out. */
  private final class Returning implements Outliers.Listener {

    private final LoopContext owner;

    Returning(LoopContext owner) {
      this.owner = owner;
    }

    @Override
    public void onEjected(Outlier outlier, String why, Duration during) {
      Pool pool = outlier.pool().pool();
      Events.raise(
          LOG,
          EventKind.SERVER_EJECTED,
          pool.name() + "/" + outlier.server(),
          "pool {}: server {} is ejected for {} after {} ({} of {} servers left)",
          pool.name(),
          outlier.server(),
          Words.of(during),
          why,
          pool.readyServers(),
          pool.servers().size());
      long number = outlier.server().ejections();
      owner
          .loop()
          .schedule(
              () -> outlier.pool().readmit(outlier, number, now()),
              during.toNanos(),
              TimeUnit.NANOSECONDS);
    }

    @Override
    public void onReturned(Outlier outlier) {
      Pool pool = outlier.pool().pool();
      Events.raise(
          LOG,
          EventKind.SERVER_RETURNED,
          pool.name() + "/" + outlier.server(),
          "pool {}: server {} is no longer ejected ({} of {} servers)",
          pool.name(),
          outlier.server(),
          pool.readyServers(),
          pool.servers().size());
    }

    @Override
    public void onFailure(Server server) {
      onFailure.accept(server);
    }
  }
}
