package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Deadlines.Deadline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection of a client (RFC 9113): Netty's frame and flow-control machinery, with our
 * own state for each stream and no channel for it.
 *
 * <p>Owned by the event loop of its channel.
 */
public final class Http2Downstream extends Http2ConnectionHandler implements ClientConnection {

  static final long NO_ERROR = Http2Error.NO_ERROR.code();
  static final long PROTOCOL_ERROR = Http2Error.PROTOCOL_ERROR.code();
  private static final long ENHANCE_YOUR_CALM = Http2Error.ENHANCE_YOUR_CALM.code();

  static final long INTERNAL_ERROR = Http2Error.INTERNAL_ERROR.code();

  /** How long after the first GOAWAY the last stream is named: longer than a round trip. */
  private static final long LAST_CALL_NANOS = 1_000_000_000L;

  private final DownstreamConnection client;
  private final DownstreamSettings settings;
  private final ExchangeFactory exchanges;
  private final LoopContext loop;
  private final Http2Connection.PropertyKey key;
  private final Deadline deadline;
  private final Http2BlockWatch blocks = new Http2BlockWatch();
  private final Deadline blockDeadline;

  @SuppressWarnings("NullAway.Init") // set by handlerAdded, before any other call
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private Flusher flusher;

  private Fault ending = Fault.of(Reason.CLIENT_GONE);
  private boolean draining;
  private boolean lastCall;
  private long blockStarted;

  /** Whether a stream was told that it is not writable, and may wait to hear that it is. */
  private boolean blocked;

  Http2Downstream(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings initial,
      Http2DownstreamBuilder parts) {
    super(decoder, encoder, initial, false);
    this.client = parts.client();
    this.settings = parts.settings();
    this.exchanges = parts.exchanges();
    this.loop = parts.loop();
    this.key = connection().newKey();
    this.deadline = loop.deadlines().create(this::onDeadline);
    this.blockDeadline = loop.deadlines().create(this::onBlockTimeout);
    decoder.frameListener(new Http2DownstreamFrames(this));
    connection().addListener(new Http2DownstreamStreams(this));
    encoder.flowController().listener(this::onWritabilityChanged);
  }

  /** A connection that is ready for the client's preface. */
  public static Http2Downstream create(
      DownstreamConnection client,
      DownstreamSettings settings,
      ExchangeFactory exchanges,
      LoopContext loop) {
    return new Http2DownstreamBuilder(client, settings, exchanges, loop).build();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    ctx = context;
    flusher = new Flusher(context.channel());
    super.handlerAdded(context);
    raiseConnectionWindow();
    flusher.request();
    deadline.after(settings.idleNanos());
  }

  /** The window of the connection does not follow SETTINGS (RFC 9113 §6.9.2). */
  private void raiseConnectionWindow() throws Http2Exception {
    Http2Stream whole = connection().connectionStream();
    int raise =
        Http2DownstreamBuilder.CONNECTION_WINDOW
            - decoder().flowController().initialWindowSize(whole);
    decoder().flowController().incrementWindowSize(whole, raise);
  }

  DownstreamConnection client() {
    return client;
  }

  @Nullable Http2DownstreamStream of(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(key);
  }

  // What the frames bring.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    blocks.follow((ByteBuf) message);
    if (!blocks.isBlockOpen()) {
      blockDeadline.cancel();
    } else if (!blockDeadline.isSet()) {
      blockStarted = loop.deadlines().now();
      blockDeadline.after(settings.requestHeadNanos());
    }
    super.channelRead(context, message);
  }

  /** There is no stream yet to answer on, and no other frame can come: the connection ends. */
  private void onBlockTimeout() {
    Http2DownstreamStream unopened =
        new Http2DownstreamStream(this, connection().connectionStream());
    exchanges.open(unopened, blockStarted).onFailed(Fault.of(Reason.REQUEST_TIMEOUT));
    ending = new Fault(Reason.CLIENT_GONE, "a field block of the connection did not come in time");
    int last = connection().remote().lastStreamCreated();
    goAway(ctx, last, ENHANCE_YOUR_CALM, Unpooled.EMPTY_BUFFER, ctx.newPromise());
    ctx.flush();
    ctx.close();
  }

  void onHeaders(Http2Stream stream, Http2HeaderBlock block, boolean last) {
    Http2DownstreamStream known = of(stream);
    if (known != null) {
      known.onTrailers(block);
      return;
    }
    if (!draining) {
      deadline.cancel();
    }
    Http2DownstreamStream opened = open(stream);
    opened.onHead(block, last, exchanges.open(opened, loop.deadlines().now()));
  }

  private Http2DownstreamStream open(Http2Stream stream) {
    Http2DownstreamStream opened = new Http2DownstreamStream(this, stream);
    stream.setProperty(key, opened);
    return opened;
  }

  void onStreamReset(Http2Stream stream, long code) {
    Http2DownstreamStream known = of(stream);
    if (known != null) {
      known.onReset(new Fault(Reason.CLIENT_GONE, "RST_STREAM " + Http2Error.valueOf(code)));
    }
  }

  /** Our END_STREAM has gone out, and the client may still be sending. */
  void onStreamHalfClosed(Http2Stream stream) {
    Http2DownstreamStream known = of(stream);
    if (known != null && known.isAnsweredEarly()) {
      // RFC 9113 §8.1: the response is whole, the rest of the request is not wanted.
      ctx.executor().execute(() -> reset(stream, NO_ERROR));
    }
  }

  void onStreamClosed(Http2Stream stream) {
    Http2DownstreamStream known = of(stream);
    if (known != null) {
      known.onClosed(ending);
    }
    if (connection().numActiveStreams() == 0) {
      onQuiet();
    }
  }

  private void onQuiet() {
    if (lastCall) {
      ctx.close();
    } else if (!draining) {
      deadline.after(settings.idleNanos());
    }
  }

  private void onWritabilityChanged(Http2Stream stream) {
    Http2DownstreamStream known = of(stream);
    if (known != null && isWritable(stream)) {
      known.onWritable();
    }
  }

  /**
   * The flow control tells only of changes that it has noticed, and a channel that fills and drains
   * within one pass of the loop is a change that it never sees: (1) a write fills the channel, (2)
   * the relay asks, hears no, and stops reading, (3) the flush drains the channel, (4) only then
   * the event of (1) arrives, and finds nothing changed. So whoever was told no is told here.
   */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    super.channelWritabilityChanged(context);
    if (blocked && context.channel().isWritable()) {
      blocked = false;
      open().forEach(each -> onWritabilityChanged(each.stream()));
    }
  }

  void onDataWritten(int streamId, int bytes) {
    Http2DownstreamStream known = of(connection().stream(streamId));
    if (known != null) {
      known.onDataWritten(bytes);
    }
  }

  // What a stream asks for.

  void writeHeaders(Http2Stream stream, Http2HeaderBlock block, boolean last) {
    encoder().writeHeaders(ctx, stream.id(), block, 0, last, ctx.newPromise());
    flusher.request();
  }

  void writeData(Http2Stream stream, ByteBuf content, boolean last) {
    int size = content.readableBytes();
    encoder().writeData(ctx, stream.id(), content, 0, last, ctx.newPromise());
    flusher.request(size);
  }

  void reset(Http2Stream stream, long code) {
    if (stream.state() != Http2Stream.State.CLOSED) {
      encoder().writeRstStream(ctx, stream.id(), code, ctx.newPromise());
      flusher.request();
    }
  }

  boolean isWritable(Http2Stream stream) {
    boolean writable = encoder().flowController().isWritable(stream);
    blocked |= !writable;
    return writable;
  }

  long queuedBytes() {
    ChannelOutboundBuffer queue = ctx.channel().unsafe().outboundBuffer();
    return queue == null ? 0 : queue.totalPendingWriteBytes();
  }

  void giveBack(Http2Stream stream, int bytes) {
    try {
      if (decoder().flowController().consumeBytes(stream, bytes)) {
        flusher.request();
      }
    } catch (Http2Exception e) {
      onError(ctx, false, e);
    }
  }

  // How the connection ends.

  @Override
  public void goAway() {
    if (!draining) {
      draining = true;
      goAway(ctx, Integer.MAX_VALUE, NO_ERROR, Unpooled.EMPTY_BUFFER, ctx.newPromise());
      flusher.request();
      deadline.after(LAST_CALL_NANOS);
    }
  }

  @Override
  public void abort(Fault fault) {
    for (Http2DownstreamStream each : open()) {
      each.fail(fault);
    }
    flush(ctx); // the answers, before the close overtakes them
    ctx.close();
  }

  private List<Http2DownstreamStream> open() {
    List<Http2DownstreamStream> open = new ArrayList<>();
    try {
      connection()
          .forEachActiveStream(
              stream -> {
                Http2DownstreamStream known = of(stream);
                if (known != null) {
                  open.add(known);
                }
                return true;
              });
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
    return open;
  }

  private void onDeadline() {
    if (draining && !lastCall) {
      lastCall = true;
      int last = connection().remote().lastStreamCreated();
      goAway(ctx, last, NO_ERROR, Unpooled.EMPTY_BUFFER, ctx.newPromise());
      flusher.request();
    }
    if (connection().numActiveStreams() == 0) {
      ctx.channel().close();
    }
  }

  /** What is no error of HTTP/2 is one of the socket or of TLS, which does not close by itself. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      super.exceptionCaught(context, cause);
    } else {
      ending = Fault.of(Reason.CLIENT_GONE, cause);
      context.close();
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    String code = error == null ? "INTERNAL_ERROR" : error.error().name();
    ending = new Fault(Reason.CLIENT_GONE, "connection error " + code + ": " + cause.getMessage());
    super.onConnectionError(context, outbound, cause, error);
  }

  /** A field block too large to be read is answered by its exchange, and not reset before that. */
  @Override
  protected void onStreamError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    if (error instanceof Http2Exception.HeaderListSizeException large && large.duringDecode()) {
      onBlockTooLarge(context, large);
    } else {
      super.onStreamError(context, outbound, cause, error);
    }
  }

  private void onBlockTooLarge(
      ChannelHandlerContext context, Http2Exception.HeaderListSizeException large) {
    Http2DownstreamStream known = of(connection().stream(large.streamId()));
    if (known != null) {
      known.refuse(Fault.of(Reason.HEAD_TOO_LARGE)); // its trailers
      return;
    }
    try {
      Http2DownstreamStream opened =
          open(connection().remote().createStream(large.streamId(), true));
      opened.refuseUnread(exchanges.open(opened, loop.deadlines().now()));
    } catch (Http2Exception e) {
      super.onStreamError(context, false, large, large);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    deadline.cancel();
    blockDeadline.cancel();
  }
}
