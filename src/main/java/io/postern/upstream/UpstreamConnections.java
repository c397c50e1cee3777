package io.postern.upstream;

import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.HashMap;
import java.util.Map;

/**
 * The connections to all servers from one event loop.
 *
 * <p>Owned by its event loop; nothing here is shared.
 */
public final class UpstreamConnections {

  /** Who wants a connection, and opens a stream at once on the one that it is given. */
  public interface Waiter extends Connector.Listener {

    /** Whether it still does; asked just before it is given one. */
    boolean isWaiting();
  }

  private final LoopContext loop;
  private final Connector connector;
  private final Map<Server, ServerConnections> byServer = new HashMap<>();

  /** No connection yet. */
  public UpstreamConnections(LoopContext loop, Connector connector) {
    this.loop = loop;
    this.connector = connector;
  }

  /**
   * Takes or opens a connection to a server, and tells the waiter, at once or later.
   *
   * @param fresh whether one that is open already is not good enough
   * @param connectMillis how long opening one may take
   */
  public void acquire(Pool pool, Server server, boolean fresh, int connectMillis, Waiter waiter) {
    assert loop.loop().inEventLoop();
    byServer
        .computeIfAbsent(
            server, any -> new ServerConnections(pool, server, loop.deadlines(), connector))
        .acquire(fresh, connectMillis, waiter);
  }

  /** Closes every idle connection; those in use go when their exchanges end. */
  public void closeIdle() {
    byServer.values().forEach(ServerConnections::closeIdle);
  }

  /** The same for one server; it may be connected to anew. */
  public void closeIdleTo(Server server) {
    assert loop.loop().inEventLoop();
    ServerConnections gone = byServer.remove(server);
    if (gone != null) {
      gone.closeIdle();
    }
  }
}
