package io.postern.upstream;

import io.postern.fault.Fault;
import io.postern.http.Http1Upstream;
import io.postern.http.LoopContext;
import io.postern.http.UpstreamConnection;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections to all servers from one event loop: idle ones are taken again, the latest first,
 * and where there is none another is opened.
 *
 * <p>Owned by its event loop; nothing here is shared.
 */
public final class UpstreamConnections {

  /** Who wants a connection. */
  public interface Waiter {

    /** Whether it still does; asked just before it is given one. */
    boolean isWaiting();

    /** Here it is, open and free; the waiter opens a stream on it at once. */
    void onConnected(UpstreamConnection connection);

    /** There is none to be had; nothing was sent. */
    void onConnectFailed(Fault fault);
  }

  private final LoopContext loop;
  private final Connector connector;
  private final Map<Server, IdleConnections> byServer = new HashMap<>();

  /** No connection yet. */
  public UpstreamConnections(LoopContext loop, Connector connector) {
    this.loop = loop;
    this.connector = connector;
  }

  /**
   * Takes or opens a connection to a server, and tells the waiter, at once or later.
   *
   * @param fresh whether an idle connection is not good enough
   * @param connectMillis how long opening one may take
   */
  public void acquire(Pool pool, Server server, boolean fresh, int connectMillis, Waiter waiter) {
    assert loop.loop().inEventLoop();
    IdleConnections idle =
        byServer.computeIfAbsent(
            server, any -> new IdleConnections(pool, server, loop.deadlines()));
    UpstreamConnection free = fresh ? null : idle.take();
    if (free != null) {
      waiter.onConnected(free);
    } else {
      connect(server, idle, connectMillis, waiter);
    }
  }

  private void connect(Server server, IdleConnections idle, int millis, Waiter waiter) {
    Http1Upstream codec = new Http1Upstream(loop, idle, server.tls() == null);
    connector.connect(
        server, millis, codec, fault -> connected(fault, server, codec, idle, waiter));
  }

  private static void connected(
      @Nullable Fault fault,
      Server server,
      UpstreamConnection codec,
      IdleConnections idle,
      Waiter waiter) {
    if (fault != null) {
      waiter.onConnectFailed(fault);
      return;
    }
    server.connectionOpened();
    if (waiter.isWaiting()) {
      waiter.onConnected(codec);
    } else {
      idle.onIdle(codec);
    }
  }

  /** Closes every idle connection; those in use go when their exchanges end. */
  public void closeIdle() {
    byServer.values().forEach(IdleConnections::closeAll);
  }

  /** The same for one server, which has gone down; it may be connected to anew. */
  public void closeIdleTo(Server server) {
    assert loop.loop().inEventLoop();
    IdleConnections gone = byServer.remove(server);
    if (gone != null) {
      gone.closeAll();
    }
  }
}
