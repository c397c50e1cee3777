package io.postern.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The health checks of an {@link NlbTwin}. Owned by its event loop. */
final class NlbHealth {

  private final NlbTwin twin;
  private final NlbOptions.Checks checks;
  private final boolean header;

  /**
   * @param header whether a LOCAL header goes before the request, as it does where targets get
   *     PROXY headers
   */
  NlbHealth(NlbTwin twin, NlbOptions.Checks checks, boolean header) {
    this.twin = twin;
    this.checks = checks;
    this.header = header;
  }

  void check(List<NlbTarget> targets) {
    for (int i = 0; i < targets.size(); i++) {
      if (checks.addresses().isEmpty()) {
        connectAndClose(targets.get(i));
      } else {
        ask(targets.get(i), checks.addresses().get(i % checks.addresses().size()));
      }
    }
  }

  private void connectAndClose(NlbTarget target) {
    twin.connect(target.address(), NlbTwin.silent())
        .addListener(
            (ChannelFuture connected) -> {
              connected.channel().close();
              twin.onChecked(target, connected.isSuccess(), checks.threshold());
            });
  }

  private void ask(NlbTarget target, InetSocketAddress at) {
    Answer answer = new Answer();
    Channel channel = twin.connect(at, answer).channel();
    answer.well = channel.eventLoop().newPromise();
    channel
        .eventLoop()
        .schedule(
            () -> answer.well.trySuccess(false),
            checks.timeout().toMillis(),
            TimeUnit.MILLISECONDS);
    answer.well.addListener(
        done -> {
          channel.close();
          twin.onChecked(target, answer.well.getNow(), checks.threshold());
        });
    channel.closeFuture().addListener(closed -> answer.well.trySuccess(false));
  }

  private String request(InetSocketAddress twinsEnd) {
    return "GET "
        + checks.path()
        + " HTTP/1.1\r\nHost: "
        + twinsEnd.getAddress().getHostAddress()
        + "\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n";
  }

  private final class Answer extends SimpleChannelInboundHandler<ByteBuf> {

    @SuppressWarnings("NullAway.Init") // set before the loop does anything else
    private Promise<Boolean> well;

    private final StringBuilder head = new StringBuilder();

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (header) {
        ctx.writeAndFlush(Unpooled.wrappedBuffer(ProxyV2.awsCheck()));
      }
      String request = request((InetSocketAddress) ctx.channel().localAddress());
      ctx.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1));
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
      head.append(bytes.toString(StandardCharsets.ISO_8859_1));
      if (head.indexOf("\r\n") >= 0) {
        well.trySuccess(head.toString().matches("(?s)HTTP/1\\.[01] [23]\\d\\d.*"));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
