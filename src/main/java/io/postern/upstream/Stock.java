package io.postern.upstream;

import io.postern.http.Deadlines;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.HashMap;
import java.util.Map;

/**
 * The connections from one event loop to servers that all its exchanges may use; or, to servers
 * that are told who a client is, those that the exchanges of this one may use.
 *
 * <p>Owned by its event loop.
 */
final class Stock {

  private final Deadlines deadlines;
  private final Connector connector;
  private final Map<Server, ServerConnections> byServer = new HashMap<>();
  private boolean closing;

  Stock(Deadlines deadlines, Connector connector) {
    this.deadlines = deadlines;
    this.connector = connector;
  }

  ServerConnections to(Pool pool, Server server) {
    return byServer.computeIfAbsent(server, any -> made(pool, server));
  }

  private ServerConnections made(Pool pool, Server server) {
    ServerConnections made = new ServerConnections(pool, server, deadlines, connector);
    if (closing) {
      made.closeIdle();
    }
    return made;
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
