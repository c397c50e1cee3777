package io.postern.testkit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2StreamFrame;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Netty's own HTTP/2 server, to hold our client of the kit against something that is known. */
final class H2Server implements AutoCloseable {

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel channel;

  H2Server(@Nullable SslContext tls) {
    channel =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel accepted) {
                    if (tls != null) {
                      accepted.pipeline().addLast(tls.newHandler(accepted.alloc()));
                    }
                    accepted.pipeline().addLast(Http2FrameCodecBuilder.forServer().build());
                    accepted.pipeline().addLast(new Answers());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Does what the path says; content is echoed. */
  private static final class Answers extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      switch (message) {
        case Http2HeadersFrame headers -> onHeaders(context, headers);
        case Http2DataFrame data -> onData(context, data);
        default -> ReferenceCountUtil.release(message);
      }
    }

    /** Tests break the protocol on purpose; the codec has already answered that. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {}

    private static void onHeaders(ChannelHandlerContext context, Http2HeadersFrame frame) {
      Http2Headers request = frame.headers();
      if (request.path() == null) {
        write(context, frame, new DefaultHttp2HeadersFrame(trailers(request), true));
        return;
      }
      switch (request.path().toString()) {
        case "/reset" -> write(context, frame, new DefaultHttp2ResetFrame(0x8));
        case "/goaway" ->
            context.writeAndFlush(
                new DefaultHttp2GoAwayFrame(
                    0xB, Unpooled.copiedBuffer("enough", StandardCharsets.US_ASCII)));
        case "/large" -> {
          write(context, frame, new DefaultHttp2HeadersFrame(head("200"), false));
          write(context, frame, data(Unpooled.wrappedBuffer(large()), true));
        }
        case "/hints" -> {
          write(context, frame, new DefaultHttp2HeadersFrame(head("103"), false));
          write(context, frame, new DefaultHttp2HeadersFrame(head("204"), true));
        }
        default -> {
          Http2Headers head = head("200");
          request.forEach(
              e -> head.add("x-" + e.getKey().toString().replace(":", ""), e.getValue()));
          write(context, frame, new DefaultHttp2HeadersFrame(head, frame.isEndStream()));
        }
      }
    }

    private static byte[] large() {
      return Content.ofSize(200_000).slice(0, 200_000);
    }

    private static void onData(ChannelHandlerContext context, Http2DataFrame frame) {
      write(context, frame, new DefaultHttp2WindowUpdateFrame(frame.initialFlowControlledBytes()));
      write(context, frame, data(frame.content(), frame.isEndStream()));
    }

    private static DefaultHttp2DataFrame data(ByteBuf content, boolean end) {
      return new DefaultHttp2DataFrame(content, end);
    }

    private static Http2Headers head(String status) {
      return new DefaultHttp2Headers().status(status);
    }

    private static Http2Headers trailers(Http2Headers request) {
      return new DefaultHttp2Headers().add("x-trailers", String.valueOf(request.size()));
    }

    private static void write(
        ChannelHandlerContext context, Http2StreamFrame cause, Http2StreamFrame frame) {
      Http2FrameStream stream = cause.stream();
      context.writeAndFlush(frame.stream(stream));
    }
  }
}
