package io.postern.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.postern.http.Deadlines;
import io.postern.http.Deadlines.Deadline;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands before TLS while the certificate of a client is looked at. A client of TLS 1.2 sends its
 * certificate and what follows it piece by piece; were the connection closed at the first of them,
 * the others would be answered by a reset, which overtakes the alert that says why. So the rest is
 * read first, for a moment.
 *
 * <p>Owned by the event loop of its channel; goes when the handshake has ended well.
 */
final class LastFlight extends ChannelDuplexHandler {

  /** In the pipeline. */
  static final String NAME = "last-flight";

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** More than a flight may be; what comes beyond is not the client's last flight. */
  private static final int MOST = 64 * 1024;

  private final Deadline deadline;
  private @Nullable ChannelHandlerContext ctx;
  private boolean over;
  private int read;

  LastFlight(Deadlines deadlines) {
    this.deadline = deadlines.create(this::close);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    deadline.cancel();
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (context.channel().isActive() && context.channel() instanceof DuplexChannel duplex) {
      context.channel().closeFuture().addListener(closed -> promise.trySuccess());
      if (!over) {
        over = true;
        deadline.after(PATIENCE_NANOS);
        duplex.shutdownOutput();
        context.read();
      }
    } else {
      context.close(promise);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!over) {
      context.fireChannelRead(message);
      return;
    }
    read += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    ReferenceCountUtil.release(message);
    if (read > MOST) {
      close();
    }
  }

  private void close() {
    if (ctx != null) {
      ctx.close();
    }
  }
}
