package io.postern.upstream;

import io.postern.http.Deadlines;
import io.postern.http.UpstreamConnection;
import io.postern.pool.Pool;
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
  private final Deadlines deadlines;
  private final Deadlines.Deadline oldest;
  private final ArrayDeque<Idle> idle = new ArrayDeque<>();
  private boolean closing;

  IdleConnections(Pool pool, Deadlines deadlines) {
    this.pool = pool;
    this.deadlines = deadlines;
    this.oldest = deadlines.create(this::expire);
  }

  /** Takes the latest that is open, or null. */
  @Nullable UpstreamConnection take() {
    for (Idle latest = idle.poll(); latest != null; latest = idle.poll()) {
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
      idle.removeLast().connection.close();
    }
    idle.push(new Idle(connection, deadlines.now() + pool.idle().toNanos()));
    if (!oldest.isSet()) {
      oldest.after(pool.idle().toNanos());
    }
  }

  @Override
  public void onClosed(UpstreamConnection connection) {
    idle.removeIf(each -> each.connection.equals(connection));
  }

  private void expire() {
    long now = deadlines.now();
    while (!idle.isEmpty() && idle.getLast().until - now <= 0) {
      idle.removeLast().connection.close();
    }
    if (!idle.isEmpty()) {
      oldest.after(idle.getLast().until - now);
    }
  }

  void closeAll() {
    closing = true;
    oldest.cancel();
    for (Idle each = idle.poll(); each != null; each = idle.poll()) {
      each.connection.close();
    }
  }
}
