package io.postern.upstream;

import io.netty.util.AsciiString;
import io.postern.http.DownstreamConnection;
import io.postern.http.LoopContext;
import io.postern.pool.ConnectionLimits;
import io.postern.pool.ConnectionRoom;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /** No connection has room, and no more may be opened; told in place of all else. */
    void onNoRoom();

    /** The client on whose behalf. */
    DownstreamConnection client();

    /** The id of the request. */
    AsciiString requestId();
  }

  private final LoopContext loop;
  private final List<UpstreamConnections> all;
  private final Connector connector;
  private final Stock common;
  private final IdentityHashMap<DownstreamConnection, Stock> ofClients = new IdentityHashMap<>();

  /**
   * No connection yet.
   *
   * @param all those of all event loops in their order, this one included; complete before any is
   *     called
   */
  public UpstreamConnections(LoopContext loop, Connector connector, List<UpstreamConnections> all) {
    this.loop = loop;
    this.all = all;
    this.connector = connector;
    this.common = new Stock(loop.deadlines(), connector, true);
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

  /** Whether a server may have one more connection, or one with room is open. */
  public boolean reaches(Pool pool, Server server, DownstreamConnection client) {
    ConnectionRoom room = server.connectionRoom();
    return room == null || stock(pool, client).reaches(room, pool, server);
  }

  /** See {@link io.postern.pool.Queue.Waiter#home}. */
  public Object home(Pool pool, DownstreamConnection client) {
    return stock(pool, client);
  }

  /**
   * Somebody waits in the queue of a pool: where an idle connection that it cannot use takes up the
   * room, on this loop or another, one is closed, and who waits is called. While the pool may have
   * no more requests in flight none is: it would help nobody.
   */
  public void makeRoom(Pool pool) {
    ConnectionLimits limits = pool.connections();
    if (limits != null && pool.hasRoom() && isAnyIdle(pool) && limits.beginSearch()) {
      search(pool, limits, 1);
    }
  }

  private static boolean isAnyIdle(Pool pool) {
    for (Server server : pool.servers()) {
      ConnectionRoom room = server.connectionRoom();
      if (room != null && !room.isLeft() && server.idleConnections() > 0) {
        return true;
      }
    }
    return false;
  }

  private void search(Pool pool, ConnectionLimits limits, int asked) {
    ServerConnections found = idle(pool);
    if (found != null) {
      limits.endSearch(); // before: who is called then may have to begin another
      found.giveUpIdle();
    } else if (asked < all.size()) {
      searchNext(pool, limits, asked + 1);
    } else if (limits.searchesAgain()) {
      searchNext(pool, limits, 1);
    }
  }

  private void searchNext(Pool pool, ConnectionLimits limits, int asked) {
    UpstreamConnections next = all.get((loop.index() + 1) % all.size());
    next.loop.loop().execute(() -> next.search(pool, limits, asked));
  }

  private @Nullable ServerConnections idle(Pool pool) {
    ServerConnections found = common.idle(pool);
    for (Iterator<Stock> each = ofClients.values().iterator(); found == null && each.hasNext(); ) {
      found = each.next().idle(pool);
    }
    return found;
  }

  private Stock stock(Pool pool, DownstreamConnection client) {
    if (!pool.dialect().sendProxy().isSent()) {
      return common;
    }
    Stock known = ofClients.get(client);
    return known == null ? begun(client) : known;
  }

  private Stock begun(DownstreamConnection client) {
    Stock own = new Stock(loop.deadlines(), connector, false);
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

  /**
   * Closes idle connections, those first that were idle longest, where the process needs their
   * room.
   *
   * @param few how many to each server are left
   * @param most how many are closed at most
   * @return how many were
   */
  public int trim(int few, int most) {
    assert loop.loop().inEventLoop();
    int closed = common.trim(few, most);
    for (Stock each : new ArrayList<>(ofClients.values())) {
      closed += each.trim(0, most - closed);
    }
    return closed;
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
