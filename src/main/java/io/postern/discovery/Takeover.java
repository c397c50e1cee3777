package io.postern.discovery;

import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Server;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a pool the servers that were found, and says what came of it.
 *
 * <p>Owned by one event loop, which alone changes the servers of the pool.
 */
final class Takeover {

  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  private final Pool pool;
  private final InstantSource clock;
  private final Discovery.Listener listener;
  private String trouble = "";

  /** How a pool takes servers over. */
  interface Change {
    Roster.Change make(Instant at, Consumer<List<Server>> before);
  }

  Takeover(Pool pool, InstantSource clock, Discovery.Listener listener) {
    this.pool = pool;
    this.clock = clock;
    this.listener = listener;
  }

  /** There are none that could be taken over. */
  void onNothing(String why) {
    pool.roster().notFound();
    if (!why.equals(trouble)) {
      LOG.warn(
          "pool {}: its servers are not found, and the {} of before stay: {}",
          pool.name(),
          pool.servers().size(),
          why);
    }
    trouble = why;
  }

  void onFound(Change found) {
    if (!trouble.isEmpty()) {
      LOG.info("pool {}: its servers are found again", pool.name());
      trouble = "";
    }
    Roster.Change change = found.make(clock.instant(), added -> listener.beforeAdded(pool, added));
    if (!change.isNone()) {
      Events.raise(
          LOG,
          EventKind.SERVERS_CHANGED,
          pool.name(),
          "pool {}: {} servers, {} new {}, {} gone {}{}",
          pool.name(),
          pool.servers().size(),
          change.added().size(),
          labels(change.added()),
          change.removed().size(),
          labels(change.removed()),
          altered(change.altered()));
      listener.onChanged(pool, change);
    }
  }

  private static String altered(List<Server> servers) {
    return servers.isEmpty() ? "" : ", " + servers.size() + " altered " + labels(servers);
  }

  private static List<String> labels(List<Server> servers) {
    return servers.stream().map(Server::label).toList();
  }
}
