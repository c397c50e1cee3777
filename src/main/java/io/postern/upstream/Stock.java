package io.postern.upstream;

import io.postern.config.PoolConfig.Protocol;
import io.postern.http.Deadlines;
import io.postern.pool.ConnectionRoom;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections from one event loop to servers that all its exchanges may use; or, to servers
 * that are told who a client is, those that the exchanges of this one may use.
 *
 * <p>Owned by its event loop.
 */
final class Stock {

  private final Deadlines deadlines;
  private final Connector connector;
  private final boolean common;
  private final Map<Server, ServerConnections> byServer = new HashMap<>();
  private boolean closing;

  /**
   * An empty one.
   *
   * @param common whether all exchanges of the loop may use it
   */
  Stock(Deadlines deadlines, Connector connector, boolean common) {
    this.deadlines = deadlines;
    this.connector = connector;
    this.common = common;
  }

  ServerConnections to(Pool pool, Server server) {
    return byServer.computeIfAbsent(server, any -> made(pool, server));
  }

  private ServerConnections made(Pool pool, Server server) {
    ServerConnections made = new ServerConnections(this, pool, server, deadlines, connector);
    if (closing) {
      made.closeIdle();
    }
    return made;
  }

  /** Whether there is a connection to a server that has room, or one may be opened. */
  boolean reaches(ConnectionRoom room, Pool pool, Server server) {
    ServerConnections known = byServer.get(server);
    return room.isLeft()
        || (known != null && known.hasRoom())
        || ((room.isLeftOfOwn() || isOwed(pool, known)) && (room.isLeftOfAll() || isOwed(pool)));
  }

  /** Takes room for one more connection. */
  boolean takes(ConnectionRoom room, Pool pool, ServerConnections to) {
    return room.take(false, false) || takesAnyway(room, pool, to);
  }

  /** A loop that has none at all would wait for ever where others never give one back. */
  private boolean takesAnyway(ConnectionRoom room, Pool pool, ServerConnections to) {
    return room.take(isOwed(pool, to), isOwed(pool));
  }

  private boolean isOwed(Pool pool, @Nullable ServerConnections to) {
    return sharesConnections(pool) && (to == null || to.isNone());
  }

  private boolean isOwed(Pool pool) {
    return sharesConnections(pool)
        && pool.servers().stream()
            .map(byServer::get)
            .allMatch(known -> known == null || known.isNone());
  }

  /** Whether one connection serves whoever comes: over HTTP/1.1 it serves one at a time. */
  private boolean sharesConnections(Pool pool) {
    return common && pool.dialect().protocol() != Protocol.HTTP_1_1;
  }

  /** Those to a server of which one is idle whose end would make room; null for none. */
  @Nullable ServerConnections idle(Pool pool) {
    for (Server server : pool.servers()) {
      ServerConnections known = byServer.get(server);
      ConnectionRoom room = server.connectionRoom();
      if (known != null && room != null && !room.isLeft() && known.hasIdle()) {
        return room.queue().isWaitedForAt(this) ? null : known;
      }
    }
    return null;
  }

  /** Closes what is idle now, and from now on what becomes so. */
  void close() {
    closing = true;
    byServer.values().forEach(ServerConnections::closeIdle);
  }

  /** The same to one server, which may be connected to anew. */
  void closeIdleTo(Server server) {
    ServerConnections gone = byServer.remove(server);
    if (gone != null) {
      gone.closeIdle();
    }
  }
}
