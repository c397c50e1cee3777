package io.postern.upstream;

import io.netty.util.AsciiString;
import io.postern.http.DownstreamConnection;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.IdentityHashMap;

/**
 * The connections to all servers from one event loop. Those to servers that are told who a client
 * is are that client's alone, and go with it.
 *
 * <p>Owned by its event loop; nothing here is shared.
 */
public final class UpstreamConnections {

  /** Who wants a connection, and opens a stream at once on the one that it is given. */
  public interface Waiter extends Connector.Listener {

    /** Whether it still does; asked just before it is given one. */
    boolean isWaiting();

    /** The client on whose behalf. */
    DownstreamConnection client();

    /** The id of the request. */
    AsciiString requestId();
  }

  private final LoopContext loop;
  private final Connector connector;
  private final Stock common;
  private final IdentityHashMap<DownstreamConnection, Stock> ofClients = new IdentityHashMap<>();

  /** No connection yet. */
  public UpstreamConnections(LoopContext loop, Connector connector) {
    this.loop = loop;
    this.connector = connector;
    this.common = new Stock(loop.deadlines(), connector);
  }

  /**
   * Takes or opens a connection to a server, and tells the waiter, at once or later.
   *
   * @param fresh whether one that is open already is not good enough
   * @param connectMillis how long opening one may take
   */
  public void acquire(Pool pool, Server server, boolean fresh, int connectMillis, Waiter waiter) {
    assert loop.loop().inEventLoop();
    stock(pool, waiter.client()).to(pool, server).acquire(fresh, connectMillis, waiter);
  }

  private Stock stock(Pool pool, DownstreamConnection client) {
    if (!pool.dialect().sendProxy().isSent()) {
      return common;
    }
    Stock known = ofClients.get(client);
    return known == null ? begun(client) : known;
  }

  private Stock begun(DownstreamConnection client) {
    Stock own = new Stock(loop.deadlines(), connector);
    if (client.closed().isDone()) {
      own.close(); // a copy of a request may be sent when its client has gone
    } else {
      ofClients.put(client, own);
      client.closed().addListener(gone -> end(client));
    }
    return own;
  }

  private void end(DownstreamConnection client) {
    Stock own = ofClients.remove(client);
    if (own != null) {
      own.close();
    }
  }

  /** Closes every idle connection; those in use go when their exchanges end. */
  public void closeIdle() {
    common.close();
    ofClients.values().forEach(Stock::close);
  }

  /** The same for one server; it may be connected to anew. */
  public void closeIdleTo(Server server) {
    assert loop.loop().inEventLoop();
    common.closeIdleTo(server);
    ofClients.values().forEach(each -> each.closeIdleTo(server));
  }
}
