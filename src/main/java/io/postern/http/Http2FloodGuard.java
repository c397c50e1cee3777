package io.postern.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LifecycleManager;
import org.jspecify.annotations.Nullable;

/**
 * Sends a peer away that makes us answer without end: with acknowledgements that it does not read
 * (CVE-2019-9512, 9515), or with resets that it earns by breaking the rules, each of which frees a
 * stream while its request goes on (CVE-2025-8671). Netty's own guards come only with Netty's own
 * encoder.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Http2FloodGuard extends DecoratingHttp2ConnectionEncoder {

  /** How many answers may wait for the client to read. */
  private static final int MAX_WAITING = 10_000;

  /** How many resets a client may earn in {@link #WINDOW_NANOS}. */
  private static final int MAX_RESETS = 200;

  private static final long WINDOW_NANOS = 30_000_000_000L;

  private final Deadlines clock;
  private @Nullable Http2LifecycleManager connection;
  private int waiting;
  private int resets;
  private long windowStart;

  Http2FloodGuard(Http2ConnectionEncoder encoder, Deadlines clock) {
    super(encoder);
    this.clock = clock;
    this.windowStart = clock.now();
  }

  @Override
  public void lifecycleManager(Http2LifecycleManager manager) {
    connection = manager;
    super.lifecycleManager(manager);
  }

  @Override
  public ChannelFuture writeSettingsAck(ChannelHandlerContext ctx, ChannelPromise promise) {
    return super.writeSettingsAck(ctx, counted(ctx, promise));
  }

  @Override
  public ChannelFuture writePing(
      ChannelHandlerContext ctx, boolean ack, long data, ChannelPromise promise) {
    return super.writePing(ctx, ack, data, counted(ctx, promise));
  }

  @Override
  public ChannelFuture writeRstStream(
      ChannelHandlerContext ctx, int streamId, long code, ChannelPromise promise) {
    // The others are of our own making: an early answer, a server that failed. And a server that
    // earns resets frees no stream for more work than we ask of it.
    if (connection().isServer()
        && code != Http2Codec.NO_ERROR
        && code != Http2Codec.INTERNAL_ERROR) {
      countReset(ctx);
    }
    return super.writeRstStream(ctx, streamId, code, counted(ctx, promise));
  }

  private ChannelPromise counted(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (++waiting == MAX_WAITING) {
      sendAway(ctx, "too many answers wait to be read");
    }
    return promise.unvoid().addListener(written -> waiting--);
  }

  private void countReset(ChannelHandlerContext ctx) {
    long now = clock.now();
    if (now - windowStart > WINDOW_NANOS) {
      windowStart = now;
      resets = 0;
    }
    if (++resets == MAX_RESETS) {
      sendAway(ctx, "too many streams had to be reset");
    }
  }

  private void sendAway(ChannelHandlerContext ctx, String why) {
    if (connection != null) {
      connection.onError(
          ctx, true, Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, why));
    }
    ctx.close();
  }
}
