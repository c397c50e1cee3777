package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP/2 connection (RFC 9113) is on either side: Netty's frame and flow-control machinery,
 * with our own state for each stream and no channel for it.
 *
 * <p>Owned by the event loop of its channel.
 *
 * @param <S> the streams of this side
 */
abstract sealed class Http2Codec<S extends Http2MessageStream<?>> extends Http2ConnectionHandler
    permits Http2Downstream, Http2Upstream {

  static final long NO_ERROR = Http2Error.NO_ERROR.code();
  static final long PROTOCOL_ERROR = Http2Error.PROTOCOL_ERROR.code();
  static final long INTERNAL_ERROR = Http2Error.INTERNAL_ERROR.code();
  static final long REFUSED_STREAM = Http2Error.REFUSED_STREAM.code();
  static final long CANCEL = Http2Error.CANCEL.code();
  static final long ENHANCE_YOUR_CALM = Http2Error.ENHANCE_YOUR_CALM.code();
  static final long INADEQUATE_SECURITY = Http2Error.INADEQUATE_SECURITY.code();

  private final Http2Connection.PropertyKey key;
  private final Http2Windows windows;
  private final Http2Glitches glitches;
  private final Http2Intake intake;
  private final Reason gone;
  private final Reason broken;
  private Fault ending;
  private boolean sentAway;

  @SuppressWarnings("NullAway.Init") // set by handlerAdded, before any other call
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private Flusher flusher;

  /** Whether a stream was told that it is not writable, and may wait to hear that it is. */
  private boolean blocked;

  /**
   * A connection that nothing was read from yet.
   *
   * @param gone why streams end before their time where the peer goes away
   * @param broken why they do where it breaks the rules of the connection
   */
  Http2Codec(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings initial,
      LoopContext loop,
      Reason gone,
      Reason broken) {
    super(decoder, encoder, initial, false);
    this.gone = gone;
    this.broken = broken;
    this.ending = Fault.of(gone);
    this.key = connection().newKey();
    this.windows =
        new Http2Windows(
            connection(),
            (DefaultHttp2LocalFlowController) decoder.flowController(),
            loop.windows(),
            this::writePing,
            e -> onError(context(), false, e),
            this::onCrowded);
    this.glitches = new Http2Glitches(loop.deadlines()::now, this::onGlitch, this::sendAway);
    this.intake = new Http2Intake(connection().isServer(), glitches::note);
    decoder.frameListener(new Http2Frames(this));
    connection().addListener(new Http2StreamLives(this));
    encoder.flowController().listener(this::onWritabilityChanged);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    ctx = context;
    flusher = new Flusher(context.channel());
    context.pipeline().addBefore(context.name(), null, intake);
    super.handlerAdded(context);
    windows.open();
    flusher.request();
  }

  Http2Windows windows() {
    return windows;
  }

  ChannelHandlerContext context() {
    return ctx;
  }

  // The streams.

  @Nullable S of(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(key);
  }

  S put(Http2Stream stream, S ours) {
    stream.setProperty(key, ours);
    return ours;
  }

  List<S> open() {
    List<S> open = new ArrayList<>();
    try {
      connection()
          .forEachActiveStream(
              stream -> {
                S known = of(stream);
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

  // What the peer does.

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    if (context.channel().config().isAutoRead()) {
      super.channelReadComplete(context);
    } else { // Netty would read on all the same
      discardSomeReadBytes();
      flush(context);
      context.fireChannelReadComplete();
    }
  }

  /** What the frames come through. */
  Http2Intake intake() {
    return intake;
  }

  /** The accounts of what the peer does. */
  Http2Glitches glitches() {
    return glitches;
  }

  /** What the peer sends from now on is not read. */
  private void sendAway(Glitch lastStraw) {
    sentAway = true;
    intake.close();
    String words = "too many glitches, the last straw was " + lastStraw;
    ending = onSentAway(lastStraw, words);
    onError(ctx, false, Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, words));
    ctx.close(); // whether or not it reads what it is told
  }

  /** The peer has done something that well-behaved ones seldom do. */
  void onGlitch(Glitch glitch) {}

  /** The peer has done too much; answers what its streams end with. */
  abstract Fault onSentAway(Glitch lastStraw, String words);

  /** The peer has broken the rules of the connection, which ends with that. */
  void onBroken(String how) {}

  /** More content of the peer waits than there is room for, or no more does. */
  void onCrowded(boolean crowded) {}

  // What the frames bring.

  /** A field block has come. */
  abstract void onHeaders(Http2Stream stream, Http2IncomingBlock block, boolean last);

  /** The peer has reset a stream. */
  abstract void onStreamReset(Http2Stream stream, long code);

  /** A stream is open, from whichever side. */
  void onStreamOpened() {}

  /** Our END_STREAM has gone out, and the peer may still be sending. */
  void onStreamSent(Http2Stream stream) {}

  /** SETTINGS have come. */
  void onSettings(Http2Settings settings) {}

  /** The peer knows our SETTINGS. */
  void onSettingsAck() {}

  /** PING was answered. */
  void onPingAck(long data) {
    if (data == Http2Windows.MEASURING) {
      windows.onMeasured();
      flusher.request();
    }
  }

  /** GOAWAY has come: streams of ours above the last are not served. */
  void onGoAway(int last, long code) {}

  void onStreamClosed(Http2Stream stream) {
    S known = of(stream);
    if (known != null) {
      known.closed();
      known.onClosed(ending);
    }
    if (connection().numActiveStreams() == 0) {
      windows.rest();
    }
  }

  private void onWritabilityChanged(Http2Stream stream) {
    S known = of(stream);
    if (known != null && isWritable(stream)) {
      known.onWritable();
    }
  }

  /**
   * Where a channel fills and drains within one pass of the loop the flow control sees no change:
   * it hears of the filling behind the draining. Whoever asked in between and was told no hears it.
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
    glitches.contentWritten(bytes);
    S known = of(connection().stream(streamId));
    if (known != null) {
      known.onDataWritten(bytes);
    }
  }

  // What a stream asks for.

  void writeHeaders(Http2Stream stream, Http2OutgoingBlock block, boolean last) {
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
      if (code != PROTOCOL_ERROR) { // the others are of our own making, and the peer could not know
        glitches.expectLate();
      }
      encoder().writeRstStream(ctx, stream.id(), code, ctx.newPromise());
      flusher.request();
    }
  }

  void writePing(long data) {
    glitches.pingWritten();
    encoder().writePing(ctx, false, data, ctx.newPromise());
    flusher.request();
  }

  /** Whether there is still a connection: where there is none, its streams have not ended well. */
  boolean isAlive() {
    return ctx.channel().isActive();
  }

  boolean isWritable(Http2Stream stream) {
    boolean writable = encoder().flowController().isWritable(stream);
    blocked |= !writable;
    return writable;
  }

  long queuedBytes() {
    return flusher.queuedBytes();
  }

  void giveBack(Http2Stream stream, int bytes) {
    Http2LocalFlowController flow = decoder().flowController();
    // For a frame that exceeded the window Netty has given back twice what it was.
    int owed = Math.min(bytes, flow.unconsumedBytes(stream));
    try {
      if (flow.consumeBytes(stream, owed)) {
        flusher.request();
      }
    } catch (Http2Exception e) {
      onError(ctx, false, e);
    }
  }

  // How the connection ends.

  /** Sends GOAWAY: streams above the last one are not served. */
  void sendGoAway(int last, long code) {
    goAway(ctx, last, code, Unpooled.EMPTY_BUFFER, ctx.newPromise());
    flusher.request();
  }

  /** What is still open on the connection ends with it, and with these words. */
  void endsWith(String why) {
    ending = new Fault(gone, why);
  }

  /** What the streams end with that the connection takes along. */
  Fault ending() {
    return ending;
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    windows.close();
  }

  /** What is no error of HTTP/2 is one of the socket or of TLS, which does not close by itself. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
    if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) != null) {
      super.exceptionCaught(context, cause);
    } else {
      ending = sentAway ? ending : Fault.of(gone, cause);
      context.close();
    }
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    if (cause instanceof IOException || cause instanceof OutOfMemoryError) { // or the peer is gone
      ending = sentAway ? ending : Fault.of(gone, cause);
    } else if (!sentAway) {
      String code = error == null ? "INTERNAL_ERROR" : error.error().name();
      ending = new Fault(broken, "connection error " + code + ": " + cause.getMessage());
      onBroken(ending.detail());
    }
    super.onConnectionError(context, outbound, cause, error);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    if (isOfStreamThatIsGone(error)) {
      if (glitches.isLateForNoReason()) {
        glitches.note(Glitch.LATE_FRAME);
      }
      return;
    }
    if (!onStreamBroken(error, outbound)) {
      super.onStreamError(context, outbound, cause, error);
    }
    if (!outbound) {
      glitches.note(Glitch.STREAM_ERROR);
    }
  }

  /**
   * Whether it is about a frame that was under way when its stream was reset: that is no error (RFC
   * 9113 §5.1), and to answer each with a reset of its own would look like an attack.
   */
  private boolean isOfStreamThatIsGone(Http2Exception.StreamException error) {
    return error.error() == Http2Error.STREAM_CLOSED
        && connection().stream(error.streamId()) == null;
  }

  /**
   * A stream cannot go on: the peer has broken the rules, or what we wanted to write cannot be.
   *
   * @param ours whether it was we who wrote
   * @return whether the stream is answered, and is not to be reset now
   */
  abstract boolean onStreamBroken(Http2Exception.StreamException error, boolean ours);
}
