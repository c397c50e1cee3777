package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import io.postern.http.Deadlines.Deadline;
import io.postern.http.DownstreamConnection;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import io.postern.http.ResponseHead;
import io.postern.http.UpstreamConnection;
import io.postern.http.UpstreamStream;
import io.postern.observe.ExchangeRecord;
import io.postern.observe.MirrorMeters.Outcome;
import io.postern.pool.Picker;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.route.Mirror;
import io.postern.route.Route;
import io.postern.upstream.UpstreamConnections;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a request for another pool. It is kept until its content is whole, and sent in a turn
 * of its own, so that nothing that goes wrong with it is felt by the exchange that it is of; what
 * is answered is thrown away.
 *
 * <p>Owned by the event loop of its exchange, which it may outlive.
 */
final class MirroredRequest
    implements UpstreamConnections.Waiter, UpstreamStream.Listener, Picker.Reach {

  /** An answer with more content costs more than another connection. */
  private static final int MOST_ANSWER = 64 * 1024;

  private static final int MOST_INTERIM = 100;

  private final ExchangeContext context;
  private final Pool pool;
  private final Route route;
  private final Mirror mirror;
  private final RequestHead head;
  private final DownstreamConnection client;
  private final AsciiString requestId;
  private final Deadline deadline;
  private @Nullable ByteBuf content;
  private @Nullable Server server;
  private @Nullable UpstreamStream stream;
  private boolean whole;
  private boolean over;
  private final long key;
  private int interim;
  private int dropped;

  private MirroredRequest(
      ExchangeContext context,
      Pool pool,
      Route route,
      Mirror mirror,
      RequestHead head,
      ExchangeRecord of) {
    this.key = pool.selection().key(head, of.tenant, of.connection.clientIp());
    this.client = of.connection;
    this.requestId = of.requestId;
    this.context = context;
    this.pool = pool;
    this.route = route;
    this.mirror = mirror;
    this.head = head;
    this.deadline = context.loop().deadlines().create(() -> cancel(Outcome.TIMED_OUT));
  }

  /**
   * The copy that is to be made of a request, without its content yet; null for none.
   *
   * @param head as a server gets it
   * @param record of the exchange, which says who is calling
   */
  static @Nullable MirroredRequest of(
      ExchangeContext context,
      Snapshot snapshot,
      Route route,
      RequestHead head,
      ExchangeRecord record) {
    Mirror mirror = route.mirror();
    if (mirror == null
        || head.upgrade() != null
        || context.random().nextInt(100) >= mirror.percent()) {
      return null;
    }
    if (head.contentLength() > mirror.bodyLimit()) {
      mirror.meters().count(Outcome.TOO_LARGE);
      return null;
    }
    if (!context.mirrors().enter()) {
      mirror.meters().count(Outcome.TOO_MANY);
      return null;
    }
    Pool pool = snapshot.pool(mirror.pool());
    return new MirroredRequest(context, pool, route, mirror, head.copy(), record);
  }

  /** A piece of the content has come, which is left as it is. */
  void content(ByteBuf piece, boolean last) {
    if (over) {
      return;
    }
    int size = (content == null ? 0 : content.readableBytes()) + piece.readableBytes();
    if (size > mirror.bodyLimit()) {
      end(Outcome.TOO_LARGE);
      return;
    }
    if (content == null && size > 0) {
      content = piece.alloc().buffer(size, mirror.bodyLimit());
    }
    if (content != null) {
      content.writeBytes(piece, piece.readerIndex(), piece.readableBytes());
    }
    if (last) {
      whole();
    }
  }

  /** All of the content has come, or there is none: it can be sent. */
  void whole() {
    if (!over && !whole) {
      whole = true;
      context.loop().loop().execute(this::send);
    }
  }

  /** The exchange is over. */
  void leave() {
    if (!whole) {
      end(Outcome.INCOMPLETE);
    }
  }

  private void send() {
    Server picked = context.picker(pool).pick(null, key, this);
    server = picked;
    if (picked == null) {
      end(Outcome.NO_SERVER);
      return;
    }
    long connect = route.timeouts().connect().toMillis();
    deadline.after(route.timeouts().connect().plus(route.timeouts().response()).toNanos());
    context.upstreams().acquire(pool, picked, false, (int) connect, this);
  }

  @Override
  public boolean isWaiting() {
    return !over;
  }

  /** Whose request was copied: the copy is told of as the request is, though it may outlive it. */
  @Override
  public DownstreamConnection client() {
    return client;
  }

  @Override
  public AsciiString requestId() {
    return requestId;
  }

  @Override
  public void onConnected(UpstreamConnection connection) {
    UpstreamStream opened = connection.open(this);
    stream = opened;
    opened.writeHead(head, !head.hasContent());
    if (head.hasContent()) {
      ByteBuf all = content == null ? Unpooled.EMPTY_BUFFER : content;
      content = null;
      opened.writeContent(all, true);
    }
  }

  @Override
  public void onConnectFailed(Fault fault) {
    end(Outcome.FAILED);
  }

  @Override
  public boolean reaches(Server other) {
    return context.upstreams().reaches(pool, other, client);
  }

  @Override
  public void onNoRoom() {
    end(Outcome.NO_SERVER);
  }

  @Override
  public void onInformational(ResponseHead interimHead) {
    if (++interim > MOST_INTERIM) {
      throw new FaultException(Reason.BAD_RESPONSE, "more than " + MOST_INTERIM + " interim heads");
    }
  }

  @Override
  public void onHead(ResponseHead answer, boolean last) {
    if (last) {
      end(Outcome.ANSWERED);
    }
  }

  @Override
  public void onContent(ByteBuf piece, boolean last) {
    dropped += piece.readableBytes();
    piece.release();
    if (last) {
      end(Outcome.ANSWERED);
    } else if (dropped > MOST_ANSWER) {
      cancel(Outcome.ANSWERED);
    }
  }

  @Override
  public void onTrailers(Fields trailers) {
    end(Outcome.ANSWERED);
  }

  @Override
  public void onWritable() {
    // All that there is has been written, and there is little of it.
  }

  @Override
  public void onFailed(Fault fault) {
    end(Outcome.FAILED);
  }

  private void cancel(Outcome outcome) {
    if (!over) {
      end(outcome);
      if (stream != null) {
        stream.cancel();
      }
    }
  }

  private void end(Outcome outcome) {
    if (over) {
      return;
    }
    over = true;
    deadline.cancel();
    if (content != null) {
      content.release();
      content = null;
    }
    if (server != null) {
      server.finished();
    }
    context.mirrors().leave();
    mirror.meters().count(outcome);
  }
}
