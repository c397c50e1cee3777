package io.postern.upstream;

import io.postern.http.Deadlines;
import io.postern.http.UpstreamConnection;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections to one server, the latest first: it is the one most likely to be open still,
 * and those at the end grow old and go.
 *
 * <p>Owned by one event loop.
 */
final class IdleConnections {

  private record Idle(UpstreamConnection connection, long until) {}

  private final Pool pool;
  private final Server server;
  private final Deadlines deadlines;
  private final Deadlines.Deadline oldest;
  private final ArrayDeque<Idle> idle = new ArrayDeque<>();

  IdleConnections(Pool pool, Server server, Deadlines deadlines) {
    this.pool = pool;
    this.server = server;
    this.deadlines = deadlines;
    this.oldest = deadlines.create(this::expire);
  }

  /** Takes the latest that has room, or null. */
  @Nullable UpstreamConnection take() {
    for (Iterator<Idle> latest = idle.iterator(); latest.hasNext(); ) {
      UpstreamConnection each = latest.next().connection;
      if (each.room() > 0) {
        latest.remove();
        server.connectionTaken();
        return each;
      }
    }
    return null;
  }

  /** Whether there is one with room. */
  boolean hasRoom() {
    for (Idle each : idle) {
      if (each.connection.room() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Closes those beyond a few that were idle longest, so many at most; answers how many. */
  int trim(int few, int most) {
    int closed = 0;
    while (closed < most && idle.size() > few) {
      closeLast();
      closed++;
    }
    return closed;
  }

  boolean isEmpty() {
    return idle.isEmpty();
  }

  /** Closes the one that was idle longest; answers whether there was one. */
  boolean giveUp() {
    if (idle.isEmpty()) {
      return false;
    }
    closeLast();
    return true;
  }

  /** Keeps one, for a while. */
  void keep(UpstreamConnection connection) {
    if (pool.idlePerServer() == 0) {
      connection.close();
      return;
    }
    if (idle.size() >= pool.idlePerServer()) {
      closeLast();
    }
    server.connectionKept();
    idle.push(new Idle(connection, deadlines.now() + pool.idle().toNanos()));
    if (!oldest.isSet()) {
      oldest.after(pool.idle().toNanos());
    }
  }

  /** Forgets one that is closed. */
  void remove(UpstreamConnection connection) {
    if (idle.removeIf(each -> each.connection.equals(connection))) {
      server.connectionTaken();
    }
  }

  private void closeLast() {
    server.connectionTaken();
    idle.removeLast().connection.close();
  }

  private void expire() {
    long now = deadlines.now();
    while (!idle.isEmpty() && idle.getLast().until - now <= 0) {
      closeLast();
    }
    if (!idle.isEmpty()) {
      oldest.after(idle.getLast().until - now);
    }
  }

  void closeAll() {
    oldest.cancel();
    for (Idle each = idle.poll(); each != null; each = idle.poll()) {
      server.connectionTaken();
      each.connection.close();
    }
  }
}
