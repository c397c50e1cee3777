package io.postern.upstream;

import io.postern.http.Deadlines;
import io.postern.http.UpstreamConnection;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The idle connections to one server, the latest first: it is the one most likely to be open still,
 * and those at the end grow old and go.
 *
 * <p>Owned by one event loop.
 */
final class IdleConnections implements UpstreamConnection.Owner {

  private record Idle(UpstreamConnection connection, long until) {}

  private final Pool pool;
  private final Server server;
  private final Deadlines deadlines;
  private final Deadlines.Deadline oldest;
  private final ArrayDeque<Idle> idle = new ArrayDeque<>();
  private boolean closing;

  IdleConnections(Pool pool, Server server, Deadlines deadlines) {
    this.pool = pool;
    this.server = server;
    this.deadlines = deadlines;
    this.oldest = deadlines.create(this::expire);
  }

  /** Takes the latest that is open, or null. */
  @Nullable UpstreamConnection take() {
    for (Idle latest = idle.poll(); latest != null; latest = idle.poll()) {
      server.connectionTaken();
      if (latest.connection.isOpen()) {
        return latest.connection;
      }
    }
    return null;
  }

  @Override
  public void onIdle(UpstreamConnection connection) {
    if (closing || pool.idlePerServer() == 0) {
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

  @Override
  public void onClosed(UpstreamConnection connection) {
    server.connectionClosed();
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
    closing = true;
    oldest.cancel();
    for (Idle each = idle.poll(); each != null; each = idle.poll()) {
      server.connectionTaken();
      each.connection.close();
    }
  }
}
