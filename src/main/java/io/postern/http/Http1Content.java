package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * The content of one HTTP/1.1 message on its way out: framed by length, by chunks, or by the end of
 * the connection (RFC 9112 §6–7).
 *
 * <p>Owned by the event loop of the connection, and used for one message after another.
 */
final class Http1Content {

  private final HeadWriter heads;
  private boolean chunked;
  private boolean firstChunk;

  Http1Content(HeadWriter heads) {
    this.heads = heads;
  }

  void start(boolean inChunks) {
    chunked = inChunks;
    firstChunk = true;
  }

  /** Writes a piece; the promise is that of the last thing written. */
  void write(ChannelHandlerContext ctx, ByteBuf content, boolean last, ChannelPromise promise) {
    int size = content.readableBytes();
    if (!chunked) {
      ctx.write(content, promise);
      return;
    }
    if (size == 0) {
      content.release();
    } else {
      ctx.write(heads.chunk(ctx.alloc(), size, firstChunk), ctx.voidPromise());
      firstChunk = false;
      ctx.write(content, last ? ctx.voidPromise() : promise);
    }
    if (last) {
      ctx.write(heads.lastChunk(ctx.alloc(), firstChunk), promise);
    }
  }

  /** Writes the end; trailers are dropped where the framing has no room for them. */
  void writeTrailers(ChannelHandlerContext ctx, Fields trailers, ChannelPromise promise) {
    ctx.write(
        chunked ? heads.trailers(ctx.alloc(), trailers, firstChunk) : Unpooled.EMPTY_BUFFER,
        promise);
  }
}
