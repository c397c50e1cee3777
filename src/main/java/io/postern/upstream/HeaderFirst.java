package io.postern.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;

/**
 * Has a connection to a server begin with a PROXY header, before TLS and whatever else is written
 * first, and in one piece with it: there are servers that want the header in one read. A connection
 * that is closed before anything was written begins with it too.
 *
 * <p>Owned by the event loop of its channel, the first in whose pipeline it is.
 */
final class HeaderFirst extends ChannelDuplexHandler {

  private final ByteBuf header;

  HeaderFirst(ByteBuf header) {
    this.header = header;
  }

  private void send(ChannelHandlerContext context) {
    context.pipeline().remove(this);
    context.write(header.retainedDuplicate(), context.voidPromise());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    send(context);
    context.fireChannelActive(); // TLS begins, behind the header
    context.flush();
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    send(context);
    context.write(message, promise);
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (context.channel().isActive()) {
      send(context);
      context.flush();
    }
    context.close(promise);
  }
}
