package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/** The frames of a connection that mean something to its streams. */
final class Http2Frames extends Http2FrameAdapter {

  private final Http2Codec<?> codec;

  Http2Frames(Http2Codec<?> codec) {
    this.codec = codec;
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean last) {
    codec.onHeaders(codec.connection().stream(streamId), (Http2IncomingBlock) headers, last);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int streamDependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean last) {
    onHeadersRead(ctx, streamId, headers, padding, last);
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean last) {
    int cost = data.readableBytes() + padding;
    Http2MessageStream<?> stream = codec.of(codec.connection().stream(streamId));
    if (stream == null) {
      return cost;
    }
    codec.windows().onData(stream.stream(), cost);
    if (!last && !data.isReadable()) {
      codec.glitches().note(Glitch.EMPTY_DATA);
    }
    return stream.onData(data, cost, last);
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long code) {
    codec.onStreamReset(codec.connection().stream(streamId), code);
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
    codec.onSettings(settings);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext ctx) {
    codec.onSettingsAck();
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) {
    codec.onPingAck(data);
  }

  @Override
  public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf debug) {
    codec.onGoAway(last, code);
  }
}
