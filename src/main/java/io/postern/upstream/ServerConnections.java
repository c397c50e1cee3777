package io.postern.upstream;

import io.postern.config.PoolConfig.Protocol;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Deadlines;
import io.postern.http.Glitch;
import io.postern.http.UpstreamConnection;
import io.postern.observe.SparseLog;
import io.postern.pool.ConnectionRoom;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.upstream.Underway.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections from one event loop to one server. An exchange takes the first with room of those
 * that others share, else the latest that is idle, else it waits for one that is on its way, and
 * only then another is opened.
 *
 * <p>Owned by its event loop.
 */
final class ServerConnections implements UpstreamConnection.Owner {

  /** How many exchanges a connection of HTTP/2 is expected to serve (RFC 9113 §6.5.2). */
  private static final int USUAL_STREAMS = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ServerConnections.class);

  private final Stock stock;
  private final Pool pool;
  private final Server server;
  private final @Nullable ConnectionRoom room;
  private final SparseLog log = new SparseLog(LOG);
  private final Deadlines deadlines;
  private final Connector connector;
  private final IdleConnections idle;
  private final List<UpstreamConnection> shared = new ArrayList<>(1);
  private final List<Underway> underway = new ArrayList<>(1);

  /** With less patience than this nobody gets a connect of its own. */
  private static final int LEAST_MILLIS = 100;

  /** How many exchanges the next connection will serve, going by the last one. */
  private int expected;

  /** How many are open, or on their way. */
  private int open;

  private boolean closing;

  ServerConnections(
      Stock stock, Pool pool, Server server, Deadlines deadlines, Connector connector) {
    this.stock = stock;
    this.pool = pool;
    this.server = server;
    this.room = server.connectionRoom();
    this.deadlines = deadlines;
    this.connector = connector;
    this.idle = new IdleConnections(pool, server, deadlines);
    this.expected = pool.dialect().protocol() == Protocol.HTTP_1_1 ? 1 : USUAL_STREAMS;
  }

  /** See {@link UpstreamConnections#acquire}. */
  void acquire(boolean fresh, int millis, UpstreamConnections.Waiter waiter) {
    UpstreamConnection free = fresh ? null : free();
    if (free != null) {
      give(free, waiter);
    } else {
      waitFor(new Waiting(waiter, deadlines.now() + TimeUnit.MILLISECONDS.toNanos(millis)), millis);
    }
  }

  private @Nullable UpstreamConnection free() {
    for (UpstreamConnection each : shared) {
      if (each.room() > 0) {
        return each;
      }
    }
    return idle.take();
  }

  private void give(UpstreamConnection connection, UpstreamConnections.Waiter waiter) {
    if (connection.isShared() && !shared.contains(connection)) {
      shared.add(connection);
    }
    waiter.onConnected(connection);
  }

  private void waitFor(Waiting waiting, int millis) {
    for (Underway each : underway) {
      if (each.join(waiting, expected)) {
        return;
      }
    }
    if (room == null || stock.takes(room, pool, server)) {
      open(waiting, millis);
    } else {
      makeDo(waiting);
    }
  }

  private void open(Waiting waiting, int millis) {
    Underway next = new Underway(this, waiting);
    underway.add(next);
    open++;
    UpstreamConnections.Waiter first = waiting.waiter();
    connector.connect(
        Destination.of(server, first.client(), first.requestId()), millis, this, next);
  }

  /** No more may be opened: what there is has to do. */
  private void makeDo(Waiting waiting) {
    for (Underway each : underway) {
      if (each.joinAnyway(waiting, expected)) {
        return;
      }
    }
    UpstreamConnection any = free();
    if (any == null) {
      waiting.waiter().onNoRoom();
    } else {
      give(any, waiting.waiter());
    }
  }

  /** Whether one has room that is open or on its way. */
  boolean hasRoom() {
    for (UpstreamConnection each : shared) {
      if (each.room() > 0) {
        return true;
      }
    }
    for (Underway each : underway) {
      if (each.hasPlace(expected)) {
        return true;
      }
    }
    return idle.hasRoom();
  }

  /** Whether none is open, or on its way. */
  boolean isNone() {
    return open == 0;
  }

  boolean hasIdle() {
    return !idle.isEmpty();
  }

  boolean isTo(Server other) {
    return server.equals(other);
  }

  boolean isOf(Pool other) {
    return pool.roster().equals(other.roster());
  }

  /** Whether somebody waits who can use what is idle as it is, and is called. */
  boolean isLeftToWhoWaits() {
    return room != null && room.queue().isLeftTo(stock);
  }

  /** Closes the one that was idle longest, for somebody waits who cannot use it. */
  void giveUpIdle() {
    if (pool.connections() != null && idle.giveUp()) {
      pool.connections().countGivenUp();
    }
  }

  /** See {@link UpstreamConnections#trim}. */
  int trim(int few, int most) {
    return idle.trim(few, most);
  }

  /** One of them is no more. */
  void onEnded() {
    open--;
    if (room != null) {
      room.ended();
      room.queue().roomAt(stock);
    }
  }

  void onConnected(Underway arrived, UpstreamConnection connection) {
    underway.remove(arrived);
    server.connectionOpened();
    if (connection.room() == 0) {
      connection.close();
      tell(arrived, new Fault(Reason.SERVER_REFUSED, "the server allows no streams"));
      return;
    }
    expected = connection.room();
    for (Waiting next = arrived.waiting().poll(); next != null; next = arrived.waiting().poll()) {
      if (!next.waiter().isWaiting()) {
        continue;
      }
      if (connection.room() > 0) {
        give(connection, next.waiter());
      } else {
        waitFor(next, millisLeft(next));
      }
    }
    if (connection.isIdle() && !connection.isLost()) {
      onFree(connection); // nobody waits any more
    } else if (room != null) {
      room.queue().roomAt(stock);
    }
  }

  private int millisLeft(Waiting waiting) {
    long nanos = waiting.until() - deadlines.now();
    return (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  void onConnectFailed(Underway failed, Fault fault) {
    underway.remove(failed);
    for (Waiting each : failed.waiting()) {
      // Whoever came later has more patience than the one for whom the connect began.
      if (fault.reason() == Reason.CONNECT_TIMEOUT && millisLeft(each) > LEAST_MILLIS) {
        waitFor(each, millisLeft(each));
      } else {
        each.waiter().onConnectFailed(fault);
      }
    }
  }

  private static void tell(Underway failed, Fault fault) {
    for (Waiting each : failed.waiting()) {
      each.waiter().onConnectFailed(fault);
    }
  }

  @Override
  public void onFree(UpstreamConnection connection) {
    if (!connection.isIdle()) {
      if (room != null) {
        room.queue().roomAt(stock);
      }
      return;
    }
    shared.remove(connection);
    if (closing) {
      connection.close();
    } else {
      idle.keep(connection);
      // Where more may be opened those who wait do so for requests that end, and not for this.
      if (room != null && !room.isLeft() && !room.queue().isKeptFor(stock)) {
        giveUpIdle();
      }
    }
  }

  @Override
  public void onClosed(UpstreamConnection connection) {
    server.connectionClosed();
    shared.remove(connection);
    idle.remove(connection);
  }

  @Override
  public void onStreams(int change) {
    server.streams(change);
  }

  @Override
  public void onSentAway(Glitch lastStraw) {
    server.sentAway();
    log.warn(
        () ->
            "server %s: a connection is closed for too many glitches over HTTP/2, lastly %s"
                .formatted(server, lastStraw));
  }

  /** Closes every idle connection; those in use go when their last exchange ends. */
  void closeIdle() {
    closing = true;
    idle.closeAll();
  }
}
