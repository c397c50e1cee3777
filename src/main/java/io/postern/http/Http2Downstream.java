package io.postern.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Deadlines.Deadline;

/**
 * An HTTP/2 connection of a client.
 *
 * <p>Owned by the event loop of its channel.
 */
public final class Http2Downstream extends Http2Codec<Http2DownstreamStream>
    implements ClientConnection {

  /** How long after the first GOAWAY the last stream is named: longer than a round trip. */
  private static final long LAST_CALL_NANOS = 1_000_000_000L;

  private final DownstreamConnection client;
  private final DownstreamSettings settings;
  private final ExchangeFactory exchanges;
  private final LoopContext loop;
  private final Deadline deadline;
  private final Deadline blockDeadline;
  private boolean draining;
  private boolean lastCall;
  private long blockStarted;

  private Http2Downstream(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings initial,
      DownstreamConnection client,
      DownstreamSettings settings,
      ExchangeFactory exchanges,
      LoopContext loop) {
    super(decoder, encoder, initial, loop, Reason.CLIENT_GONE, Reason.CLIENT_GONE);
    this.client = client;
    this.settings = settings;
    this.exchanges = exchanges;
    this.loop = loop;
    this.deadline = loop.deadlines().create(this::onDeadline);
    this.blockDeadline = loop.deadlines().create(this::onBlockTimeout);
  }

  /** A connection that is ready for the client's preface. */
  public static Http2Downstream create(
      DownstreamConnection client,
      DownstreamSettings settings,
      ExchangeFactory exchanges,
      LoopContext loop) {
    return new Http2CodecBuilder<>(
            true,
            (decoder, encoder, initial) ->
                new Http2Downstream(decoder, encoder, initial, client, settings, exchanges, loop))
        .build(
            new Http2Settings()
                .maxConcurrentStreams(settings.maxStreams())
                .connectProtocolEnabled(true),
            new Http2CodecBuilder.Blocks(
                Refusal.OF_REQUEST, settings.maxHeadBytes(), settings.maxFields()));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) throws Exception {
    super.handlerAdded(context);
    letNettyCountNoStreams();
    deadline.after(settings.idleNanos());
  }

  DownstreamSettings settings() {
    return settings;
  }

  ExchangeFactory exchanges() {
    return exchanges;
  }

  DownstreamConnection client() {
    return client;
  }

  // What the frames bring.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    super.channelRead(context, message);
    if (!intake().isBlockOpen() || !context.channel().isActive()) {
      blockDeadline.cancel();
    } else if (!blockDeadline.isSet()) {
      blockStarted = loop.deadlines().now();
      blockDeadline.after(settings.requestHeadNanos());
    }
  }

  @Override
  void onGlitch(Glitch glitch) {
    settings.events().glitch(glitch);
  }

  @Override
  void onBroken(String how) {
    settings.events().broken(client, how);
  }

  @Override
  Fault onSentAway(Glitch lastStraw, String words) {
    settings.events().sentAway(client, lastStraw);
    return new Fault(Reason.CLIENT_MISBEHAVED, words);
  }

  /**
   * The client is not heard until what it has sent has somewhere to go: it fills no memory that is
   * not accounted for, and harms nobody but itself.
   */
  @Override
  void onCrowded(boolean crowded) {
    Reads.of(context().channel()).allow(!crowded);
  }

  /** There is no stream yet to answer on, and no other frame can come: the connection ends. */
  private void onBlockTimeout() {
    Http2DownstreamStream unopened =
        new Http2DownstreamStream(this, connection().connectionStream());
    exchanges.open(unopened, blockStarted).onFailed(Fault.of(Reason.REQUEST_TIMEOUT));
    endsWith("a field block of the connection did not come in time");
    sendGoAway(connection().remote().lastStreamCreated(), ENHANCE_YOUR_CALM);
    flush(context());
    context().close();
  }

  @Override
  void onHeaders(Http2Stream stream, Http2IncomingBlock block, boolean last) {
    Http2DownstreamStream known = of(stream);
    if (known != null) {
      known.onTrailers(block);
      return;
    }
    if (connection().remote().numActiveStreams() > settings.maxStreams()) {
      glitches().note(Glitch.REFUSED_STREAM);
      reset(stream, REFUSED_STREAM);
      return;
    }
    if (!draining) {
      deadline.cancel();
    }
    Http2DownstreamStream opened = put(stream, new Http2DownstreamStream(this, stream));
    opened.onHead(block, last, exchanges.open(opened, loop.deadlines().now()));
  }

  /** With our SETTINGS Netty has set a limit of its own. */
  @Override
  void onSettingsAck() {
    letNettyCountNoStreams();
  }

  /**
   * They are counted when they are opened: for Netty the content of a stream that it has refused,
   * which may have been under way, is an error of the connection.
   */
  private void letNettyCountNoStreams() {
    connection().remote().maxActiveStreams(Integer.MAX_VALUE);
  }

  @Override
  void onStreamReset(Http2Stream stream, long code) {
    Http2DownstreamStream known = of(stream);
    if (known != null) {
      known.onReset(new Fault(Reason.CLIENT_GONE, "RST_STREAM " + Http2Error.valueOf(code)));
    }
  }

  @Override
  void onStreamOpened() {
    settings.events().streams(1);
  }

  @Override
  void onStreamSent(Http2Stream stream) {
    Http2DownstreamStream known = of(stream);
    if (known == null) {
      return;
    }
    known.onSentOut();
    if (known.isAnsweredEarly()) {
      // RFC 9113 §8.1: the response is whole, the rest of the request is not wanted.
      context().executor().execute(() -> reset(stream, NO_ERROR));
    }
  }

  @Override
  void onStreamClosed(Http2Stream stream) {
    super.onStreamClosed(stream);
    settings.events().streams(-1);
    if (connection().numActiveStreams() == 0) {
      onQuiet();
    }
  }

  private void onQuiet() {
    if (lastCall) {
      context().close();
    } else if (!draining) {
      deadline.after(settings.idleNanos());
    }
  }

  /** A field block too large to be read is answered by its exchange, and not reset before that. */
  @Override
  boolean onStreamBroken(Http2Exception.StreamException error, boolean ours) {
    return error instanceof Http2Exception.HeaderListSizeException large
        && large.duringDecode()
        && onBlockTooLarge(large.streamId());
  }

  private boolean onBlockTooLarge(int streamId) {
    Http2DownstreamStream known = of(connection().stream(streamId));
    if (known != null) {
      known.refuse(Fault.of(Reason.HEAD_TOO_LARGE)); // its trailers
      return true;
    }
    try {
      Http2Stream stream = connection().remote().createStream(streamId, true);
      Http2DownstreamStream opened = put(stream, new Http2DownstreamStream(this, stream));
      opened.refuseUnread(exchanges.open(opened, loop.deadlines().now()));
      return true;
    } catch (Http2Exception e) {
      return false;
    }
  }

  // How the connection ends.

  @Override
  public void goAway() {
    if (!draining) {
      draining = true;
      sendGoAway(Integer.MAX_VALUE, NO_ERROR);
      deadline.after(LAST_CALL_NANOS);
    }
  }

  @Override
  public void abort(Fault fault) {
    for (Http2DownstreamStream each : open()) {
      each.fail(fault);
    }
    flush(context()); // the answers, before the close overtakes them
    context().close();
  }

  @Override
  public void show(Visitor visitor) {
    for (Http2DownstreamStream each : open()) {
      if (each.exchange != null) {
        visitor.exchange(each.stream().id(), each.exchange);
      }
    }
  }

  @Override
  public long idleNanos() {
    boolean idle = deadline.isSet() && !draining && connection().numActiveStreams() == 0;
    return idle ? settings.idleNanos() - deadline.left() : -1;
  }

  private void onDeadline() {
    if (draining && !lastCall) {
      lastCall = true;
      sendGoAway(connection().remote().lastStreamCreated(), NO_ERROR);
    }
    if (connection().numActiveStreams() == 0) {
      context().channel().close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    super.channelInactive(context);
    deadline.cancel();
    blockDeadline.cancel();
  }
}
