package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DecoratingHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import org.jspecify.annotations.Nullable;

/**
 * Puts a client's HTTP/2 connection together: our field blocks, no priority tree (RFC 9113 §5.3.2
 * has deprecated it), windows of our own, Netty's guards against floods of empty frames and resets,
 * and ours against those of what it would have us answer.
 */
final class Http2DownstreamBuilder
    extends AbstractHttp2ConnectionHandlerBuilder<Http2Downstream, Http2DownstreamBuilder> {

  /** What a stream may send ahead of a server that reads slowly. */
  static final int STREAM_WINDOW = 256 * 1024;

  /** What all streams of a connection may send ahead. */
  static final int CONNECTION_WINDOW = 1024 * 1024;

  private final DownstreamConnection client;
  private final DownstreamSettings settings;
  private final ExchangeFactory exchanges;
  private final LoopContext loop;
  private @Nullable Http2Downstream built;

  Http2DownstreamBuilder(
      DownstreamConnection client,
      DownstreamSettings settings,
      ExchangeFactory exchanges,
      LoopContext loop) {
    this.client = client;
    this.settings = settings;
    this.exchanges = exchanges;
    this.loop = loop;
  }

  @Override
  public Http2Downstream build() {
    // SETTINGS_MAX_HEADER_LIST_SIZE is not sent: Netty would then answer in our place, and
    // unlogged.
    initialSettings(
        new Http2Settings()
            .maxConcurrentStreams(settings.maxStreams())
            .initialWindowSize(STREAM_WINDOW));
    decoderEnforceMaxRstFramesPerWindow(200, 10);
    DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    Http2ConnectionEncoder encoder =
        new Http2FloodGuard(
            new DefaultHttp2ConnectionEncoder(
                connection, new CountingWriter(new DefaultHttp2FrameWriter())),
            loop.deadlines());
    codec(
        new DefaultHttp2ConnectionDecoder(
            connection, encoder, new DefaultHttp2FrameReader(new BlockDecoder(settings))),
        encoder);
    return super.build();
  }

  @Override
  protected Http2Downstream build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
    built = new Http2Downstream(decoder, encoder, initial, this);
    return built;
  }

  DownstreamConnection client() {
    return client;
  }

  DownstreamSettings settings() {
    return settings;
  }

  ExchangeFactory exchanges() {
    return exchanges;
  }

  LoopContext loop() {
    return loop;
  }

  /**
   * Reads field blocks into our own shape; beyond twice the bound Netty ends the stream by itself.
   */
  private static final class BlockDecoder extends DefaultHttp2HeadersDecoder {

    private final DownstreamSettings settings;

    BlockDecoder(DownstreamSettings settings) {
      super(false, 2L * settings.maxHeadBytes());
      this.settings = settings;
    }

    @Override
    protected Http2Headers newHeaders() {
      return Http2HeaderBlock.toRead(settings.maxHeadBytes(), settings.maxFields());
    }
  }

  /** Tells the connection how much of the queued content has left the flow control. */
  private final class CountingWriter extends DecoratingHttp2FrameWriter {

    CountingWriter(Http2FrameWriter delegate) {
      super(delegate);
    }

    @Override
    public ChannelFuture writeData(
        ChannelHandlerContext ctx,
        int streamId,
        ByteBuf data,
        int padding,
        boolean last,
        ChannelPromise promise) {
      if (built != null) {
        built.onDataWritten(streamId, data.readableBytes());
      }
      return super.writeData(ctx, streamId, data, padding, last, promise);
    }
  }
}
