package io.postern.http;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionDecoder;
import io.netty.handler.codec.http2.DefaultHttp2ConnectionEncoder;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import org.jspecify.annotations.Nullable;

/**
 * Puts an HTTP/2 connection together: our field blocks, no priority tree (RFC 9113 §5.3.2 has
 * deprecated it), windows of our own. Netty's guards against floods are off: {@link Http2Glitches}
 * has one account of them all.
 *
 * @param <C> the side that is built
 */
final class Http2CodecBuilder<C extends Http2Codec<?>>
    extends AbstractHttp2ConnectionHandlerBuilder<C, Http2CodecBuilder<C>> {

  /** What the field blocks of the peer may be. */
  record Blocks(Refusal refusal, int maxBytes, int maxFields) {}

  /** Makes one side of a connection of its parts. */
  @FunctionalInterface
  interface Side<C> {
    C of(Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial);
  }

  /** Of CONTINUATION frames; 0, which should mean that, lets none pass in Netty 4.2.18. */
  private static final int ANY_NUMBER = Integer.MAX_VALUE;

  /** Of the hash table over the peer's HPACK table: Netty's 64 are half a KiB of each idle one. */
  private static final int TABLE_SLOTS = 16;

  private final boolean server;
  private final Side<C> side;
  private @Nullable C built;

  /**
   * A builder for one connection.
   *
   * @param server whether the server's side is built
   */
  Http2CodecBuilder(boolean server, Side<C> side) {
    this.server = server;
    this.side = side;
  }

  /**
   * Builds it.
   *
   * @param initial our SETTINGS, to which the window is added
   * @param blocks what the peer's field blocks may be
   */
  C build(Http2Settings initial, Blocks blocks) {
    // SETTINGS_MAX_HEADER_LIST_SIZE is not sent: Netty would then answer in our place, and
    // unlogged.
    initialSettings(initial.initialWindowSize(Http2Windows.STREAM));
    DefaultHttp2Connection connection = new DefaultHttp2Connection(server);
    connection
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(
                connection, new UniformStreamByteDistributor(connection)));
    Http2ConnectionEncoder encoder =
        new DefaultHttp2ConnectionEncoder(connection, new Http2Writer(fields(), this::onData));
    decoderEnforceMaxConsecutiveEmptyDataFrames(0);
    decoderEnforceMaxRstFramesPerWindow(0, 0);
    codec(
        new DefaultHttp2ConnectionDecoder(
            connection, encoder, new DefaultHttp2FrameReader(new BlockDecoder(blocks), ANY_NUMBER)),
        encoder);
    return build();
  }

  @Override
  protected C build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings initial) {
    built = side.of(decoder, encoder, initial);
    return built;
  }

  private static Http2HeadersEncoder fields() {
    return new DefaultHttp2HeadersEncoder(Http2CodecBuilder::isOnce, false, TABLE_SLOTS);
  }

  /** An id comes once: in the table of fields it would only take the room of what comes again. */
  @SuppressWarnings("ReferenceEquality") // a known name is always the same object
  private static boolean isOnce(CharSequence name, CharSequence value) {
    return name == FieldNames.X_REQUEST_ID;
  }

  private void onData(int streamId, int bytes) {
    if (built != null) {
      built.onDataWritten(streamId, bytes);
    }
  }

  /**
   * Reads field blocks into our own shape; beyond twice the bound Netty ends the stream by itself.
   */
  private static final class BlockDecoder extends DefaultHttp2HeadersDecoder {

    private final Blocks blocks;

    BlockDecoder(Blocks blocks) {
      super(false, 2L * blocks.maxBytes);
      this.blocks = blocks;
    }

    @Override
    protected Http2Headers newHeaders() {
      return new Http2IncomingBlock(blocks.refusal, blocks.maxBytes, blocks.maxFields);
    }
  }
}
