package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 connection to a server (RFC 9112), and the stream of the one exchange that it serves
 * at a time. It goes back to its pool when both messages are complete, the server keeps it and is
 * sure to have read what it was sent, and not one byte is left over. Behind a 101 it is a tunnel:
 * content both ways that nothing frames; each direction ends by itself where the transport can.
 *
 * <p>Owned by the event loop of its channel.
 */
public final class Http1Upstream extends ChannelInboundHandlerAdapter
    implements UpstreamStream, UpstreamConnection, ContentListener {

  private static final Logger LOG = LoggerFactory.getLogger(Http1Upstream.class);

  /** What a response head may take: four times what clients may send, for cookies and policies. */
  private static final int MAX_HEAD_BYTES = 128 * 1024;

  private static final int MAX_FIELDS = 400;

  private enum State {
    IDLE,
    HEAD,
    CONTENT,
    DONE,
    CLOSED
  }

  private final LoopContext loop;
  private final Owner owner;
  private final boolean halfCloses;
  private final ResponseHeadParser heads = new ResponseHeadParser(MAX_HEAD_BYTES, MAX_FIELDS);
  private final ContentDecoder content = new ContentDecoder(Refusal.OF_RESPONSE);
  private final Http1Content request;
  private final Accumulation received = new Accumulation();

  @SuppressWarnings("NullAway.Init") // set by handlerAdded, before any other call
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private Flusher flusher;

  private UpstreamStream.@Nullable Listener exchange;
  private State state = State.IDLE;
  private @Nullable AsciiString upgrade;
  private @Nullable WebSocketKey key;
  private @Nullable TunnelEnd tunnel;
  private boolean toHead;
  private boolean doubtful;
  private boolean requestEnded;
  private boolean keepAlive;
  private boolean paused;
  private boolean reused;
  private boolean withoutNotice;

  /**
   * A connection for the pool that owns it.
   *
   * @param halfCloses whether one direction of it can end before the other: TLS has no such thing
   */
  public Http1Upstream(LoopContext loop, Owner owner, boolean halfCloses) {
    this.loop = loop;
    this.owner = owner;
    this.halfCloses = halfCloses;
    this.request = new Http1Content(loop.heads());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    flusher = new Flusher(context.channel());
  }

  @Override
  public UpstreamStream open(UpstreamStream.Listener listener) {
    assert state == State.IDLE && ctx.executor().inEventLoop();
    exchange = listener;
    state = State.HEAD;
    requestEnded = false;
    return this;
  }

  @Override
  public boolean isReused() {
    return reused;
  }

  @Override
  public int room() {
    return state == State.IDLE && ctx.channel().isActive() ? 1 : 0;
  }

  @Override
  public boolean isLost() {
    return state == State.CLOSED;
  }

  @Override
  public void writeHead(RequestHead head, boolean last) {
    if (exchange == null) {
      return;
    }
    toHead = head.isHead();
    upgrade = head.upgrade();
    key = WebSocketKey.addTo(head);
    doubtful = head.hasDoubtfulContent();
    request.start(head.hasContent() && head.contentLength() < 0);
    ctx.write(loop.heads().request(ctx.alloc(), head), ctx.voidPromise());
    flusher.request();
    requestEnded = last;
  }

  @Override
  public void writeContent(ByteBuf piece, boolean last) {
    if (exchange == null || requestEnded) {
      piece.release();
      return;
    }
    int size = piece.readableBytes();
    request.write(
        ctx,
        piece,
        last,
        last && tunnel != null
            ? ctx.newPromise().addListener(out -> endOutput())
            : ctx.voidPromise());
    flusher.request(size);
    if (last) {
      requestEnded();
    }
  }

  @Override
  public void writeTrailers(Fields trailers) {
    if (exchange != null && !requestEnded) {
      request.writeTrailers(ctx, trailers, ctx.voidPromise());
      flusher.request();
      requestEnded();
    }
  }

  /** Our direction of a tunnel ends when all of it is out. */
  private void endOutput() {
    if (state == State.CONTENT && tunnel != null && !tunnel.finish()) {
      endInput();
    }
  }

  private void requestEnded() {
    requestEnded = true;
    if (state == State.DONE) {
      finish();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    received.add(context.alloc(), (ByteBuf) message);
    process();
  }

  private void process() {
    try {
      received.process(this::step);
    } catch (FaultException e) {
      if (exchange != null && state == State.HEAD) {
        exchange.onRefused(e.fault(), () -> heads.refused(received, toHead, upgrade));
      }
      fail(e.fault());
      received.clear();
    }
  }

  private boolean step(ByteBuf in) {
    return switch (state) {
      case HEAD -> readHead(in);
      case CONTENT -> readContent(in);
      case IDLE, DONE, CLOSED -> {
        in.skipBytes(in.readableBytes());
        if (state != State.CLOSED) {
          ctx.close(); // nobody asked: it could be taken for the answer to the next request
        }
        yield false;
      }
    };
  }

  private boolean readHead(ByteBuf in) {
    ResponseHead head = heads.parse(in, toHead, upgrade);
    UpstreamStream.Listener told = exchange;
    if (head == null || told == null) {
      return false;
    }
    if (head.isInformational()) {
      told.onInformational(head);
      return true;
    }
    keepAlive = heads.keepAlive() && !doubtful;
    content.start(heads.framing(), head.contentLength());
    if (upgrade != null) {
      onUpgradeAnswered(head);
    }
    boolean last = content.isDone();
    state = last ? State.DONE : State.CONTENT;
    told.onHead(head, last);
    if (last) {
      responseEnded();
    }
    return true;
  }

  private void onUpgradeAnswered(ResponseHead head) {
    if (head.upgrade() == null) {
      requestEnded = true; // an ordinary request, and the next may follow
      return;
    }
    if (key != null) {
      key.verify(head);
    }
    tunnel = new TunnelEnd(ctx, loop.deadlines(), halfCloses);
    content.start(Framing.UNTIL_CLOSE, -1);
    keepAlive = false;
  }

  private boolean readContent(ByteBuf in) {
    if (paused) {
      return false;
    }
    content.decode(in, this);
    Reads.of(ctx.channel()).spare(content.wasMostlyFraming());
    return state != State.CONTENT;
  }

  @Override
  public void onContent(ByteBuf piece, boolean last) {
    if (exchange == null) {
      piece.release();
    } else {
      exchange.onContent(piece, last);
    }
    if (last) {
      responseEnded();
    }
  }

  @Override
  public void onTrailers(Fields trailers) {
    if (exchange != null) {
      exchange.onTrailers(trailers);
    }
    responseEnded();
  }

  private void responseEnded() {
    if (state != State.CLOSED) {
      state = State.DONE;
      if (requestEnded) {
        finish();
      }
    }
  }

  /** Both messages are complete: the connection is free, or has to go. */
  private void finish() {
    exchange = null;
    if (keepAlive && received.size() == 0 && ctx.channel().isActive()) {
      state = State.IDLE;
      reused = true;
      resumeReading();
      owner.onFree(this);
    } else {
      close();
    }
  }

  @Override
  public void cancel() {
    exchange = null;
    close();
  }

  @Override
  public void close() {
    boolean closing = state == State.CLOSED;
    state = State.CLOSED; // at once: TLS lets its last bytes go first, and the end comes later
    if (tunnel == null || closing) {
      ctx.close();
    } else {
      tunnel.close();
    }
  }

  private void fail(Fault fault) {
    // A response that is whole stays so, whatever becomes of the rest of the request.
    UpstreamStream.Listener told = state == State.DONE ? null : exchange;
    exchange = null;
    close();
    if (told != null) {
      told.onFailed(fault);
    }
  }

  @Override
  public boolean isWritable() {
    return ctx.channel().isWritable();
  }

  @Override
  public long queuedBytes() {
    return flusher.queuedBytes();
  }

  @Override
  public void pauseReading() {
    paused = true;
    Reads.of(ctx.channel()).allow(false);
  }

  @Override
  public void resumeReading() {
    if (paused) {
      paused = false;
      Reads.of(ctx.channel()).allow(true);
      process();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (exchange != null && context.channel().isWritable()) {
      exchange.onWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (tunnel == null || !tunnel.halfCloses()) {
      endInput();
    }
    boolean whole = state == State.DONE && (tunnel == null || requestEnded);
    state = State.CLOSED;
    received.clear();
    owner.onClosed(this);
    UpstreamStream.Listener told = exchange;
    exchange = null;
    if (told != null && !whole) {
      String notice = withoutNotice ? " without close_notify" : "";
      told.onFailed(new Fault(Reason.SERVER_RESET, "the server closed the connection" + notice));
    }
  }

  /** Content that ends with the connection: delivers what is left, and the end. */
  private void endInput() {
    if (state != State.CONTENT) {
      return;
    }
    paused = false;
    process();
    if (state == State.CONTENT && content.endOfInput() && !withoutNotice) {
      onContent(Unpooled.EMPTY_BUFFER, true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    withoutNotice |= event == EndWithoutNotice.EVENT;
    if (event instanceof ChannelInputShutdownEvent) {
      endInput();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof ChannelOutputShutdownException
        || cause instanceof ClosedChannelException) {
      // What it said before can still be read, and its end comes behind that.
      LOG.debug("a server takes no more of a request", cause);
    } else if (cause instanceof IOException) {
      fail(Fault.of(Reason.SERVER_RESET, cause));
    } else {
      fail(Breakdown.of(LOG, "to a server", cause));
    }
  }
}
