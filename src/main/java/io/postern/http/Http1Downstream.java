package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import io.postern.http.Deadlines.Deadline;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP/1.1 connection of a client (RFC 9112), and the stream of the one request that is served
 * on it at a time. A request that is sent ahead waits in the buffer until the response before it
 * has been written.
 *
 * <ol>
 *   <li>{@code HEAD}: waiting for a head, or reading one;
 *   <li>{@code CONTENT}: reading the content of the request, while the exchange lets it come;
 *   <li>{@code ANSWER}: the request is complete, the response is not;
 *   <li>{@code TUNNEL}: it was 101, and both directions are bytes until either side ends;
 *   <li>{@code REFUSED}: the request cannot be understood any further; an answer may be under way;
 *   <li>{@code LINGER}: the response is written and the request was not read to its end: what still
 *       comes is thrown away within bounds, so that the client reads the response and not a reset;
 *   <li>{@code CLOSED}.
 * </ol>
 *
 * <p>Owned by the event loop of its channel.
 */
public final class Http1Downstream extends ChannelInboundHandlerAdapter
    implements DownstreamStream, ContentListener, ClientConnection {

  private enum State {
    HEAD,
    CONTENT,
    ANSWER,
    TUNNEL,
    REFUSED,
    LINGER,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Http1Downstream.class);

  /** How long an idle connection may still bring a request after it was told to go away. */
  private static final long LAST_CALL_NANOS = 2_000_000_000L;

  private final DownstreamConnection connection;
  private final DownstreamSettings settings;
  private final ExchangeFactory exchanges;
  private final LoopContext loop;
  private final RequestHeadParser heads;
  private final ContentDecoder content = new ContentDecoder(Refusal.OF_CONTENT);
  private final Http1Response response;
  private final Accumulation received = new Accumulation();
  private final Deadline deadline;
  private final Lingering lingering;
  private final ChannelFutureListener responseWritten = this::onResponseWritten;

  @SuppressWarnings("NullAway.Init") // set by handlerAdded, before any other call
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private Flusher flusher;

  private DownstreamStream.@Nullable Listener exchange;
  private State state = State.HEAD;
  private boolean draining;
  private boolean paused;
  private boolean broken;
  private long headStarted;

  /** A connection that is ready to read its first request. */
  public Http1Downstream(
      DownstreamConnection connection,
      DownstreamSettings settings,
      ExchangeFactory exchanges,
      LoopContext loop) {
    this.connection = connection;
    this.settings = settings;
    this.exchanges = exchanges;
    this.loop = loop;
    this.heads = new RequestHeadParser(settings.maxHeadBytes(), settings.maxFields());
    this.response = new Http1Response(loop.heads());
    this.deadline = loop.deadlines().create(this::onDeadline);
    this.lingering = new Lingering(loop.deadlines(), deadline);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    flusher = new Flusher(context.channel());
    deadline.after(settings.idleNanos());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    received.add(context.alloc(), (ByteBuf) message);
    process();
  }

  /** Goes through what was received for as long as it brings something that may be read now. */
  private void process() {
    try {
      received.process(this::step);
    } catch (FaultException e) {
      refuse(e.fault(), state == State.HEAD ? () -> heads.refused(received) : Passage::none);
      received.clear();
    }
    Reads.of(ctx.channel()).allow(!isHeldUp());
  }

  /** Where content is read its exchange says so; of what is sent ahead there may not be much. */
  private boolean isHeldUp() {
    return state == State.ANSWER ? received.size() > settings.maxAheadBytes() : paused;
  }

  private boolean step(ByteBuf in) {
    return switch (state) {
      case HEAD -> readHead(in);
      case CONTENT, TUNNEL -> readContent(in);
      case ANSWER -> false;
      case REFUSED, LINGER, CLOSED -> throwAway(in);
    };
  }

  private boolean readHead(ByteBuf in) {
    boolean fresh = !heads.started();
    headStarted = fresh ? loop.deadlines().now() : headStarted;
    RequestHead head = heads.parse(in);
    if (head != null) {
      open(settings.admit(head));
      return true;
    }
    if (fresh && heads.started()) {
      deadline.after(settings.requestHeadNanos());
    }
    return false;
  }

  private void open(RequestHead head) {
    deadline.cancel();
    response.start(head, heads.keepAlive());
    content.start(heads.framing(), head.contentLength());
    boolean last = content.isDone();
    state = last ? State.ANSWER : State.CONTENT;
    DownstreamStream.Listener opened = exchanges.open(this, headStarted);
    exchange = opened;
    opened.onHead(head, last && head.upgrade() == null);
  }

  private boolean readContent(ByteBuf in) {
    if (paused) {
      return false;
    }
    content.decode(in, this);
    Reads.of(ctx.channel()).spare(content.wasMostlyFraming());
    return state != State.CONTENT;
  }

  private boolean throwAway(ByteBuf in) {
    int bytes = in.readableBytes();
    in.skipBytes(bytes);
    // Behind a refusal nothing is read before the answer is written, and then at a pace.
    paused = state == State.REFUSED || (state == State.LINGER && !lingering.goOn(bytes));
    return false;
  }

  @Override
  public void onContent(ByteBuf piece, boolean last) {
    state = last ? State.ANSWER : state;
    if (exchange == null) {
      piece.release();
    } else {
      exchange.onContent(piece, last);
    }
  }

  @Override
  public void onTrailers(Fields trailers) {
    state = State.ANSWER;
    if (exchange != null) {
      exchange.onTrailers(settings.admit(trailers));
    }
  }

  /** A head or a content that cannot be understood: there is no telling where the next begins. */
  private void refuse(Fault fault, Supplier<Passage> bytes) {
    deadline.cancel();
    if (exchange == null) {
      exchange = exchanges.open(this, headStarted);
    }
    exchanges.refused(connection, fault, bytes);
    state = State.REFUSED;
    exchange.onFailed(fault);
  }

  @Override
  public DownstreamConnection connection() {
    return connection;
  }

  @Override
  public void writeInformational(ResponseHead head) {
    if (exchange != null) {
      response.writeInformational(ctx, head);
      flusher.request();
    }
  }

  @Override
  public void writeHead(ResponseHead head, boolean last, boolean close) {
    if (exchange == null) {
      return;
    }
    // An early answer leaves a request on the wire that nobody will read to its end.
    boolean keep = !close && !draining && state == State.ANSWER;
    response.writeHead(ctx, head, keep, last ? responseEnd() : ctx.voidPromise());
    flusher.request();
    if (head.upgrade() != null) {
      state = State.TUNNEL;
      content.start(Framing.UNTIL_CLOSE, -1);
    }
  }

  @Override
  public void writeContent(ByteBuf piece, boolean last) {
    if (exchange == null) {
      piece.release();
      return;
    }
    int size = piece.readableBytes();
    response.writeContent(ctx, piece, last, last ? responseEnd() : ctx.voidPromise());
    flusher.request(size);
  }

  @Override
  public void writeTrailers(Fields trailers) {
    if (exchange != null) {
      response.writeTrailers(ctx, trailers, responseEnd());
      flusher.request();
    }
  }

  private ChannelPromise responseEnd() {
    deadline.after(settings.idleNanos()); // for a client that never reads it
    return ctx.newPromise().addListener(responseWritten);
  }

  private void onResponseWritten(ChannelFuture written) {
    DownstreamStream.Listener told = exchange;
    if (!written.isSuccess()) {
      ctx.close();
    } else if (told != null) {
      exchange = null;
      told.onResponseSent();
      afterResponse();
    }
  }

  private void afterResponse() {
    if (state == State.CONTENT || state == State.REFUSED) {
      lingering.start(state == State.CONTENT ? Lingering.PACE : Lingering.PACE_OF_MALFORMED);
      state = State.LINGER;
      resumeReading();
    } else if (!response.keepsAlive()) {
      ctx.close();
    } else if (state == State.ANSWER) {
      state = State.HEAD;
      paused = false; // the request may have ended in the very bytes behind which it was paused
      deadline.after(draining ? LAST_CALL_NANOS : settings.idleNanos());
      process();
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
    Reads.of(ctx.channel()).allow(!isHeldUp());
  }

  @Override
  public void resumeReading() {
    paused = false;
    process();
  }

  @Override
  public void reset(Fault fault) {
    exchange = null;
    state = State.CLOSED; // for us: TLS may still be writing, and the client sending
    // What the client was told so far may still wait for the end of the batch.
    ctx.flush();
    ctx.close();
  }

  @Override
  public void goAway() {
    draining = true;
    if (state == State.HEAD && !heads.started()) {
      deadline.after(LAST_CALL_NANOS);
    }
  }

  @Override
  public void abort(Fault fault) {
    if (exchange != null) {
      exchange.onFailed(fault);
      ctx.flush(); // the answer, before the close overtakes it
    }
    ctx.close();
  }

  @Override
  public void show(Visitor visitor) {
    if (exchange != null) {
      visitor.exchange(0, exchange);
    }
  }

  @Override
  public long idleNanos() {
    boolean idle = state == State.HEAD && !heads.started();
    return idle ? (draining ? LAST_CALL_NANOS : settings.idleNanos()) - deadline.left() : -1;
  }

  private void onDeadline() {
    if (state == State.HEAD && heads.started()) {
      refuse(Fault.of(Reason.REQUEST_TIMEOUT), Passage::none);
    } else if (state == State.LINGER && lingering.isNotOver()) {
      resumeReading();
    } else {
      ctx.close();
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
    if (state == State.TUNNEL) {
      endTunnel();
    }
    DownstreamStream.Listener told = exchange;
    if (told == null && state == State.HEAD && heads.started()) {
      told = exchanges.open(this, headStarted);
    }
    state = State.CLOSED;
    exchange = null;
    deadline.cancel();
    received.clear();
    if (told != null) {
      told.onFailed(Fault.of(Reason.CLIENT_GONE));
    }
  }

  /** What the client sent is delivered; where it ended the connection in good order, so is that. */
  private void endTunnel() {
    resumeReading();
    if (state == State.TUNNEL && !broken) {
      onContent(Unpooled.EMPTY_BUFFER, true);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // TLS wraps what it finds wrong in an exception of the decoder.
    if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
      abort(Breakdown.of(LOG, "of " + connection.clientIp(), cause));
    } else {
      broken = true;
      context.close();
    }
  }
}
