package io.postern.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;

/**
 * How a tunnel to a server ends: each direction by itself where the transport can do so, the whole
 * only when what was written is out.
 *
 * <p>Owned by the event loop of the connection.
 */
final class TunnelEnd {

  /** How long the server may take for what is still queued when the tunnel is over. */
  static final long LINGER_NANOS = 2_000_000_000L;

  private final ChannelHandlerContext ctx;
  private final Deadlines deadlines;
  private final boolean halfCloses;

  /** The end of a tunnel that begins now. */
  TunnelEnd(ChannelHandlerContext ctx, Deadlines deadlines, boolean halfCloses) {
    this.ctx = ctx;
    this.deadlines = deadlines;
    this.halfCloses = halfCloses;
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, halfCloses);
  }

  /** Whether one direction can end before the other: by FIN. TLS has no such thing. */
  boolean halfCloses() {
    return halfCloses;
  }

  /** Ends our direction, where that can be; nothing may be queued. */
  boolean finish() {
    if (halfCloses) {
      ((DuplexChannel) ctx.channel()).shutdownOutput();
    }
    return halfCloses;
  }

  /** Closes the connection when all is out, or the server has had its time. */
  void close() {
    Deadlines.Deadline limit = deadlines.create(ctx::close);
    limit.after(LINGER_NANOS);
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(ChannelFutureListener.CLOSE)
        .addListener(written -> limit.cancel());
  }
}
