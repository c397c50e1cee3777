package io.postern.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection to a server, which serves as many exchanges at once as the server allows. It
 * is open when the server's first SETTINGS have come.
 *
 * <p>Where the server sends GOAWAY, the streams above the last one that it names end with {@link
 * Reason#SERVER_LEAVING}, or {@link Reason#STREAM_REFUSED} where it names an error, the others go
 * on, no new ones begin, and the connection is closed when none is left.
 *
 * <p>Owned by the event loop of its channel.
 */
public final class Http2Upstream extends Http2Codec<Http2UpstreamStream>
    implements UpstreamConnection {

  /** As for HTTP/1.1: four times what clients may send, for cookies and policies. */
  private static final Http2CodecBuilder.Blocks BLOCKS =
      new Http2CodecBuilder.Blocks(Refusal.OF_RESPONSE, 128 * 1024, 400);

  /** After how long without a word from the server an exchange given up makes it doubtful. */
  private static final long SILENCE_NANOS = 2_000_000_000L;

  private static final long CANCEL = Http2Error.CANCEL.code();

  private final Owner owner;
  private final Deadlines clock;
  private final AsciiString scheme;
  private final Http2Pings pings;
  private @Nullable Opening opening;
  private long lastRead;
  private boolean opensTunnels;
  private boolean reused;
  private boolean leaving;
  private boolean lost;

  private Http2Upstream(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings initial,
      LoopContext loop,
      Terms terms,
      Owner owner,
      Opening opening) {
    super(decoder, encoder, initial, loop, Reason.SERVER_RESET, Reason.BAD_RESPONSE);
    this.owner = owner;
    this.clock = loop.deadlines();
    this.scheme = terms.scheme();
    this.pings = new Http2Pings(this, loop.deadlines(), terms.pingNanos());
    this.opening = opening;
  }

  /**
   * How a server is spoken to.
   *
   * @param scheme of all requests: {@code https} where the connection has TLS
   * @param pingNanos how long after the last exchange the server is asked whether it is there
   */
  public record Terms(AsciiString scheme, long pingNanos) {}

  /** Who waits for the server's SETTINGS. */
  @FunctionalInterface
  public interface Opening {

    /**
     * Told once.
     *
     * @param fault why the connection never opened; null where it is open
     */
    void onBegun(UpstreamConnection connection, @Nullable Fault fault);
  }

  /**
   * A connection that begins with our preface.
   *
   * @param owner told of what becomes of it, once it is open
   */
  public static Http2Upstream create(LoopContext loop, Terms terms, Owner owner, Opening opening) {
    return new Http2CodecBuilder<>(
            false,
            (decoder, encoder, initial) ->
                new Http2Upstream(decoder, encoder, initial, loop, terms, owner, opening))
        .build(new Http2Settings().pushEnabled(false).maxConcurrentStreams(0), BLOCKS);
  }

  // What the pool asks.

  @Override
  public UpstreamStream open(UpstreamStream.Listener listener) {
    assert room() > 0 && context().executor().inEventLoop();
    Http2Connection.Endpoint<Http2LocalFlowController> ours = connection().local();
    try {
      Http2Stream stream = ours.createStream(ours.incrementAndGetNextStreamId(), false);
      pings.wake();
      owner.onStreams(1);
      return put(stream, new Http2UpstreamStream(this, stream, listener));
    } catch (Http2Exception e) {
      throw new IllegalStateException("there was room", e);
    }
  }

  @Override
  public boolean isReused() {
    return reused;
  }

  @Override
  public int room() {
    if (leaving || lost || pings.isInDoubt() || !isAlive()) {
      return 0;
    }
    Http2Connection.Endpoint<Http2LocalFlowController> ours = connection().local();
    int numbers = (Integer.MAX_VALUE - ours.lastStreamCreated()) / 2;
    return Math.min(numbers, ours.maxActiveStreams() - ours.numActiveStreams());
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public boolean isIdle() {
    return connection().numActiveStreams() == 0;
  }

  @Override
  public boolean isLost() {
    return lost;
  }

  @Override
  public void close() {
    leaving = true;
    if (isAlive() && !connection().goAwaySent()) {
      sendGoAway(0, NO_ERROR); // a server opens no streams
      flush(context());
    }
    context().close();
  }

  // What the frames bring.

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    lastRead = clock.now();
    super.channelRead(context, message);
  }

  @Override
  Fault onSentAway(Glitch lastStraw, String words) {
    owner.onSentAway(lastStraw);
    return new Fault(Reason.BAD_RESPONSE, words);
  }

  @Override
  void onSettings(Http2Settings settings) {
    Boolean tunnels = settings.connectProtocolEnabled();
    opensTunnels = tunnels == null ? opensTunnels : tunnels;
    if (opening != null) {
      pings.rest();
      opened(null);
    }
  }

  private void opened(@Nullable Fault fault) {
    Opening told = opening;
    opening = null;
    if (told != null) {
      told.onBegun(this, fault);
    }
  }

  @Override
  void onHeaders(Http2Stream stream, Http2IncomingBlock block, boolean last) {
    Http2UpstreamStream known = of(stream);
    if (known != null) {
      known.onFields(block, last);
    }
  }

  @Override
  void onStreamReset(Http2Stream stream, long code) {
    Http2UpstreamStream known = of(stream);
    if (known != null) {
      known.fail(new Fault(reason(code), "RST_STREAM " + name(code), code));
    }
  }

  private static Reason reason(long code) {
    if (code == REFUSED_STREAM) {
      return Reason.STREAM_REFUSED;
    }
    return code == CANCEL ? Reason.STREAM_CANCELLED : Reason.SERVER_RESET;
  }

  private static String name(long code) {
    Http2Error known = Http2Error.valueOf(code);
    return known == null ? Long.toString(code) : known.name();
  }

  @Override
  boolean onStreamBroken(Http2Exception.StreamException error, boolean ours) {
    if (connection().remote().isValidStreamId(error.streamId())) {
      // RFC 9113 §5.1.1: a server opens no streams, and we allow no pushes.
      onError(
          context(),
          ours,
          Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "a stream of the server"));
      return true;
    }
    Http2UpstreamStream known = of(connection().stream(error.streamId()));
    if (known != null && ours) {
      // Later, since whoever writes is not done yet.
      Fault fault = new Fault(Reason.HEAD_TOO_LARGE, "for the server, " + error);
      context().executor().execute(() -> known.fail(fault));
    } else if (known != null) {
      known.fail(
          new Fault(
              Reason.BAD_RESPONSE, "stream error " + error.error() + ": " + error.getMessage()));
    }
    return false;
  }

  @Override
  void onStreamClosed(Http2Stream stream) {
    super.onStreamClosed(stream);
    owner.onStreams(-1);
    reused = true;
    if (!lost) {
      onFree();
    }
  }

  private void onFree() {
    if (isIdle()) {
      pings.rest();
    }
    if (leaving && isIdle()) {
      close();
    } else if (!leaving) {
      owner.onFree(this);
    }
  }

  @Override
  void onPingAck(long data) {
    super.onPingAck(data);
    if (data == Http2Pings.ASKING) {
      pings.onAnswer();
    }
  }

  void onUnanswered() {
    endsWith("no answer to PING");
    context().close();
  }

  @Override
  void onGoAway(int last, long code) {
    leaving = true;
    String words = "GOAWAY " + name(code);
    if (code != NO_ERROR) {
      endsWith(words);
    }
    Reason reason = code == NO_ERROR ? Reason.SERVER_LEAVING : Reason.STREAM_REFUSED;
    for (Http2UpstreamStream each : open()) {
      if (each.stream().id() > last) {
        each.fail(new Fault(reason, words + " with the last stream " + last));
      }
    }
    if (isIdle()) {
      close();
    }
  }

  // What a stream asks for.

  /** Writes the head; answers why it cannot be written, or null. */
  @Nullable Fault writeHead(Http2Stream stream, RequestHead head, boolean last) {
    Fault refusal = ExtendedConnect.refusal(head, opensTunnels);
    if (refusal == null) {
      glitches().exchangeDone();
      writeHeaders(stream, Http2OutgoingBlock.of(head, scheme), last);
    }
    return refusal;
  }

  /**
   * Resets a stream that is of no use any more.
   *
   * @param begun when the head of the request was written
   */
  void cancel(Http2Stream stream, long begun) {
    reset(stream, CANCEL);
    if (lastRead - begun < 0 && clock.now() - begun > SILENCE_NANOS) {
      pings.doubt();
    }
  }

  Deadlines clock() {
    return clock;
  }

  // How the connection ends.

  @Override
  protected void onConnectionError(
      ChannelHandlerContext context,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    super.onConnectionError(context, outbound, cause, error);
    lose();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    lose();
    super.channelInactive(context);
  }

  /** Tells everybody at once, the pool first: who is told may look for another connection. */
  private void lose() {
    if (lost) {
      return;
    }
    lost = true;
    pings.end();
    if (opening != null) {
      String why = ending().detail();
      String gone = "the server closed the connection before its SETTINGS";
      opened(new Fault(Reason.SERVER_HANDSHAKE, why.isEmpty() ? gone : why));
    } else {
      owner.onClosed(this);
    }
    open().forEach(each -> each.fail(ending()));
  }
}
