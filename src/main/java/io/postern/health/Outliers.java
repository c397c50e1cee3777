package io.postern.health;

import io.postern.config.PassiveCheck;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Which servers of a pool are left out because their exchanges fail, and for how long. Time comes
 * from outside, and so does the moment of a return.
 *
 * <p>Owned by one event loop, which the others ask where a server has failed enough.
 */
final class Outliers {

  /** What follows; called by the event loop that owns this, but for {@link #onFailure}. */
  interface Listener {

    /** The server is ejected, and is to {@link Outliers#readmit return} after so much time. */
    void onEjected(Outlier outlier, String why, Duration during);

    /** It gets requests again, where nothing else speaks against it. */
    void onReturned(Outlier outlier);

    /** It has failed an exchange; called by the event loop of that. */
    void onFailure(Server server);
  }

  private final Pool pool;
  private final PassiveCheck config;
  private final InstantSource clock;
  private final Executor owner;
  private final Listener listener;
  private final List<Outlier> outliers = new ArrayList<>();
  private boolean ended;

  /**
   * Nobody is watched yet.
   *
   * @param owner the event loop that owns this
   */
  Outliers(Pool pool, PassiveCheck config, InstantSource clock, Executor owner, Listener listener) {
    this.pool = pool;
    this.config = config;
    this.clock = clock;
    this.owner = owner;
    this.listener = listener;
  }

  /**
   * From now on it is counted what becomes of the exchanges of this server. Called by any thread.
   */
  Outlier watch(Server server) {
    Outlier outlier = new Outlier(this, server, config);
    server.report(outlier);
    owner.execute(() -> outliers.add(outlier));
    return outlier;
  }

  /** They are servers of the pool no more; those that stay may be ejected. By any event loop. */
  void forget(List<Server> removed, long now) {
    owner.execute(
        () -> {
          outliers.removeIf(each -> removed.contains(each.server()));
          spare(now);
        });
  }

  /** All return, and none is watched any more. By any thread. */
  void end(long now) {
    owner.execute(
        () -> {
          ended = true;
          outliers.forEach(each -> readmit(each, each.server().ejections(), now));
          outliers.clear();
        });
  }

  Pool pool() {
    return pool;
  }

  void onFailure(Server server) {
    listener.onFailure(server);
  }

  /** The server has failed enough to be left out. Called by any event loop. */
  void suspect(Outlier outlier, String why, long now) {
    owner.execute(() -> eject(outlier, why, now));
  }

  /** Leaves the server out, where it is not already, and may be. */
  private void eject(Outlier outlier, String why, long now) {
    Server server = outlier.server();
    outlier.looked();
    if (!ended && server.isUsable() && mayEject(server)) {
      Duration during = outlier.next(now);
      server.eject(why, clock.instant());
      listener.onEjected(outlier, why, during);
    }
  }

  /**
   * The time of an ejection is over. Does nothing where the server has returned before, even if it
   * was ejected again.
   *
   * @param number which of its ejections
   */
  void readmit(Outlier outlier, long number, long now) {
    if (outlier.server().isEjected() && outlier.server().ejections() == number) {
      outlier.returned(now);
      outlier.server().readmit(clock.instant());
      listener.onReturned(outlier);
    }
  }

  /**
   * A server has gone down by its checks: where none is left that gets requests, those that are
   * ejected return, for they may be better than nothing. Called by any event loop.
   */
  void onDown(long now) {
    owner.execute(() -> spare(now));
  }

  private void spare(long now) {
    if (pool.readyServers() == 0) {
      outliers.forEach(each -> readmit(each, each.server().ejections(), now));
    }
  }

  private boolean mayEject(Server server) {
    int all = 0;
    int ejected = 0;
    int others = 0;
    for (Server each : pool.servers()) {
      boolean counts =
          each.weight() > 0
              && switch (each.state().standing()) {
                case READY, EJECTED, DOWN -> true;
                case DRAIN, MAINT -> false;
              };
      all += counts ? 1 : 0;
      ejected += counts && each.isEjected() ? 1 : 0;
      others += counts && !each.equals(server) && each.isUsable() ? 1 : 0;
    }
    int most = Math.max(1, all * config.maxEjected().percent() / 100);
    return others > 0 && ejected < most;
  }
}
