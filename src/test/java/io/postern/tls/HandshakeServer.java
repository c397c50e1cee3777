package io.postern.tls;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server whose certificate comes from a store by the ClientHello, as on a listener: it says in
 * one line what the handshake agreed on, and closes.
 */
final class HandshakeServer implements AutoCloseable {

  private static final int MAX_CLIENT_HELLO = 16 * 1024;

  /** The last byte of the line that a client is sent. */
  static final char END = '\n';

  final BlockingQueue<ServerCertificate> selected = new LinkedBlockingQueue<>();
  final BlockingQueue<byte[]> hellos = new LinkedBlockingQueue<>();
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel channel;

  HandshakeServer(ListenerTls tls) {
    channel =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connection.pipeline().addLast(new Hello(tls), new Greeting());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private final class Hello extends SslClientHelloHandler<Presented> {

    private final ListenerTls tls;

    Hello(ListenerTls tls) {
      super(MAX_CLIENT_HELLO);
      this.tls = tls;
    }

    @Override
    protected Future<Presented> lookup(ChannelHandlerContext ctx, ByteBuf body) {
      return ctx.executor().newSucceededFuture(select(body));
    }

    private Presented select(ByteBuf body) {
      if (body == null) {
        return Objects.requireNonNull(tls.store().fallback());
      }
      hellos.add(ByteBufUtil.getBytes(body));
      try {
        return Objects.requireNonNull(tls.store().select(ClientHello.parse(body)));
      } catch (ClientHello.Malformed e) {
        return Objects.requireNonNull(tls.store().fallback());
      }
    }

    @Override
    protected void onLookupComplete(ChannelHandlerContext ctx, Future<Presented> future) {
      selected.add(future.getNow().certificate());
      ChannelPipeline pipeline = ctx.pipeline();
      pipeline.replace(this, "tls", future.getNow().newHandler(ctx.alloc()));
    }
  }

  private static final class Greeting extends ChannelInboundHandlerAdapter {

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent done && done.isSuccess()) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        String line = tls.engine().getSession().getProtocol() + ' ' + tls.applicationProtocol();
        ctx.writeAndFlush(Unpooled.copiedBuffer(line + END, StandardCharsets.US_ASCII))
            .addListener(ChannelFutureListener.CLOSE);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close();
    }
  }
}
