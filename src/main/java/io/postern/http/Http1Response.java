package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * The response that a client's HTTP/1.1 connection is writing: in the version that the request was
 * sent in, framed for it, and with a word about what becomes of the connection (RFC 9112 §6, §9.3).
 *
 * <p>Owned by the event loop of the connection, and used for one response after another.
 */
final class Http1Response {

  private final HeadWriter heads;
  private final Http1Content content;
  private HttpVersion version = HttpVersion.HTTP_1_1;
  private boolean keepAlive = true;
  private @Nullable WebSocketKey key;

  Http1Response(HeadWriter heads) {
    this.heads = heads;
    this.content = new Http1Content(heads);
  }

  /**
   * Begins the response to a request.
   *
   * @param kept whether the client lets the connection persist
   */
  void start(RequestHead request, boolean kept) {
    version = request.version();
    keepAlive = kept;
    key = WebSocketKey.of(request);
  }

  /** Whether the connection may bring another request behind the response. */
  boolean keepsAlive() {
    return keepAlive;
  }

  /** Writes a head that another follows; HTTP/1.0 knows none. */
  void writeInformational(ChannelHandlerContext ctx, ResponseHead head) {
    if (version == HttpVersion.HTTP_1_1) {
      ctx.write(heads.response(ctx.alloc(), head, false, Persistence.DEFAULT), ctx.voidPromise());
    }
  }

  /**
   * Writes the head.
   *
   * @param keep whether nothing on our side ends the connection behind this response
   */
  void writeHead(
      ChannelHandlerContext ctx, ResponseHead head, boolean keep, ChannelPromise promise) {
    boolean unframed = head.hasContent() && head.contentLength() < 0;
    boolean chunked = unframed && version == HttpVersion.HTTP_1_1;
    keepAlive &= keep && (!unframed || chunked) && head.upgrade() == null;
    if (key != null) {
      key.prove(head);
    }
    content.start(chunked);
    ctx.write(heads.response(ctx.alloc(), head, chunked, persistence()), promise);
  }

  private Persistence persistence() {
    if (!keepAlive) {
      return Persistence.CLOSE;
    }
    return version == HttpVersion.HTTP_1_0 ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
  }

  /** Writes a piece of content; the promise is that of the last thing written. */
  void writeContent(
      ChannelHandlerContext ctx, ByteBuf piece, boolean last, ChannelPromise promise) {
    content.write(ctx, piece, last, promise);
  }

  /** Writes the trailer section, and the end. */
  void writeTrailers(ChannelHandlerContext ctx, Fields trailers, ChannelPromise promise) {
    content.writeTrailers(ctx, trailers, promise);
  }
}
