package io.postern.testkit;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection and that to its target, with the bytes that go between them. Reads no
 * faster than the other side takes. Owned by the event loop of its {@link NlbTwin}.
 */
final class NlbFlow {

  private final NlbTarget target;
  private final Channel client;
  private byte @Nullable [] header;
  private @Nullable Channel server;
  private Runnable onEnd = () -> {};
  private long active = System.nanoTime();
  private boolean forgotten;
  private int ends;

  /**
   * @param header what goes before the first bytes of the client; null for nothing
   */
  NlbFlow(NlbTarget target, Channel client, byte @Nullable [] header) {
    this.target = target;
    this.client = client;
    this.header = header;
    client.pipeline().addLast(new Side());
  }

  NlbTarget target() {
    return target;
  }

  boolean isForgotten() {
    return forgotten;
  }

  /** What to do when both connections are closed. */
  void onEnd(Runnable task) {
    onEnd = task;
  }

  /** The handler of the connection to the target. */
  ChannelHandler serverSide() {
    return new Side();
  }

  /** The connection to the target stands, or cannot be had. */
  void connected(boolean well) {
    if (well && client.isOpen()) {
      client.config().setAutoRead(true);
    } else {
      reset();
    }
  }

  /** Ends both connections with an RST. */
  void reset() {
    reset(client);
    Channel other = server;
    if (other != null) {
      reset(other);
    }
  }

  /** Ends a connection with an RST. */
  static void reset(Channel channel) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      channel.close();
    }
  }

  /** Forgets it where neither side has sent anything for so long, nor waits to send. */
  void forgetIfIdle(long nanos) {
    Channel other = server;
    boolean waits = other == null || !client.config().isAutoRead() || !other.config().isAutoRead();
    if (waits) {
      active = System.nanoTime();
    } else if (System.nanoTime() - active > nanos) {
      forgotten = true;
    }
  }

  private final class Side extends ChannelInboundHandlerAdapter {

    /** Whether it has sent a FIN. */
    private boolean ended;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      if (!ctx.channel().equals(client)) {
        server = ctx.channel();
      }
      ctx.channel().closeFuture().addListener(closed -> onClosed());
    }

    private void onClosed() {
      ends++;
      if (ends == (server == null ? 1 : 2)) {
        onEnd.run();
      }
    }

    private @Nullable Channel other(ChannelHandlerContext ctx) {
      return ctx.channel().equals(client) ? server : client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      Channel other = other(ctx);
      if (forgotten || other == null) {
        ReferenceCountUtil.release(bytes);
        reset(ctx.channel());
        return;
      }
      active = System.nanoTime();
      byte[] first = header;
      if (ctx.channel().equals(client) && first != null) {
        other.write(Unpooled.wrappedBuffer(first));
        header = null;
      }
      other.write(bytes);
      if (!other.isWritable()) {
        ctx.channel().config().setAutoRead(false);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      Channel other = other(ctx);
      if (other != null) {
        other.flush();
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      Channel other = other(ctx);
      if (other != null && ctx.channel().isWritable()) {
        other.config().setAutoRead(true);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (!(event instanceof ChannelInputShutdownEvent)) {
        return;
      }
      ended = true;
      if (forgotten || !(other(ctx) instanceof DuplexChannel other)) {
        reset(ctx.channel());
        return;
      }
      active = System.nanoTime();
      // Behind all that is still to be written.
      other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> passEnd(other));
    }

    /** The end of one direction; the other one may go on. */
    private void passEnd(DuplexChannel to) {
      if (to.isInputShutdown()) {
        to.close();
        Channel back = to.equals(client) ? server : client;
        if (back != null) {
          back.close();
        }
      } else {
        to.shutdownOutput();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      Channel other = other(ctx);
      // An end in good order comes as an event before, so this was a reset.
      if (other != null && !forgotten && !ended) {
        reset(other);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (forgotten) {
        reset(ctx.channel());
      } else {
        NlbFlow.this.reset();
      }
    }
  }
}
