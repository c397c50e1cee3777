package io.postern.upstream;

import io.postern.config.PoolConfig.Protocol;
import io.postern.http.Deadlines;
import io.postern.pool.ConnectionRoom;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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

  /** Those that are used no more, of which some are open until their last exchange ends. */
  private final List<ServerConnections> leaving = new ArrayList<>();

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
    ServerConnections known = byServer.get(server);
    return known == null ? begun(pool, server) : known;
  }

  private ServerConnections begun(Pool pool, Server server) {
    ServerConnections made = made(pool, server);
    if (server.isGone()) { // for who has known it before: nobody else will use them
      made.closeIdle();
      leave(made);
    } else {
      byServer.put(server, made);
    }
    return made;
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
        || ((room.isLeftOfOwn() || isOwed(pool, server)) && (room.isLeftOfAll() || isOwed(pool)));
  }

  /** Takes room for one more connection. */
  boolean takes(ConnectionRoom room, Pool pool, Server to) {
    return room.take(false, false) || takesAnyway(room, pool, to);
  }

  /** A loop that has none at all would wait for ever where others never give one back. */
  private boolean takesAnyway(ConnectionRoom room, Pool pool, Server to) {
    return room.take(isOwed(pool, to), isOwed(pool));
  }

  private boolean isOwed(Pool pool, Server to) {
    return sharesConnections(pool) && isNone(to);
  }

  private boolean isOwed(Pool pool) {
    return sharesConnections(pool)
        && pool.servers().stream().allMatch(this::isNone)
        && leaving.stream().noneMatch(each -> each.isOf(pool) && !each.isNone());
  }

  private boolean isNone(Server server) {
    ServerConnections known = byServer.get(server);
    return (known == null || known.isNone())
        && leaving.stream().noneMatch(each -> each.isTo(server) && !each.isNone());
  }

  /** Whether one connection serves whoever comes: over HTTP/1.1 it serves one at a time. */
  private boolean sharesConnections(Pool pool) {
    return common && pool.dialect().protocol() != Protocol.HTTP_1_1;
  }

  /**
   * Those to a server of which one is idle whose end would make room. Where somebody who waits can
   * use it as it is, that one is called; what nobody can use comes first.
   *
   * @return null for none
   */
  @Nullable ServerConnections idle(Pool pool) {
    ServerConnections useful = null;
    for (Server server : pool.servers()) {
      ServerConnections known = byServer.get(server);
      ConnectionRoom room = server.connectionRoom();
      if (known != null && room != null && !room.isLeft() && known.hasIdle()) {
        if (!server.takesMore() || !known.hasRoom()) {
          return known;
        }
        useful = useful == null ? known : useful;
      }
    }
    return useful == null || useful.isLeftToWhoWaits() ? null : useful;
  }

  /** See {@link UpstreamConnections#trim}. */
  int trim(int few, int most) {
    int closed = 0;
    for (ServerConnections each : new ArrayList<>(byServer.values())) {
      closed += each.trim(few, most - closed);
    }
    return closed;
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
      if (!gone.isNone()) {
        leave(gone);
      }
    }
  }

  private void leave(ServerConnections gone) {
    leaving.removeIf(ServerConnections::isNone);
    leaving.add(gone);
  }
}
