package io.postern.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.postern.http.Deadlines.Deadline;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.tls.ServerCertificate;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the TLS handshake within its time, then puts the codec in that ALPN agreed on and goes.
 *
 * <p>Owned by the event loop of its channel.
 */
final class HandshakeHandler extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(HandshakeHandler.class);

  private final Downstream downstream;
  private final Arrival arrival;
  private final Deadline deadline;
  private @Nullable String serverName;
  private @Nullable ServerCertificate certificate;
  private @Nullable ChannelHandlerContext ctx;

  HandshakeHandler(Downstream downstream, Arrival arrival) {
    this.downstream = downstream;
    this.arrival = arrival;
    this.deadline = downstream.context().loop().deadlines().create(this::onTimeout);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    deadline.after(downstream.handshakeNanos());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    deadline.cancel();
  }

  void onServerName(@Nullable String asked) {
    serverName = asked;
  }

  void onCertificate(ServerCertificate chosen) {
    certificate = chosen;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        succeeded(context);
      } else {
        failed(context, done.cause());
      }
    }
  }

  private void succeeded(ChannelHandlerContext context) {
    SslHandler tls = context.pipeline().get(SslHandler.class);
    SSLSession session = tls.engine().getSession();
    ServerCertificate presented = certificate;
    if (presented == null) {
      throw new IllegalStateException("a handshake without a certificate");
    }
    TlsSession agreed =
        new TlsSession(
            serverName, session.getProtocol(), session.getCipherSuite(), presented::covers);
    boolean h2 = "h2".equals(tls.applicationProtocol());
    downstream.install(context.channel(), arrival, agreed, h2);
    context.pipeline().remove(this);
  }

  private static void failed(ChannelHandlerContext context, Throwable cause) {
    LOG.debug("handshake with {} failed: {}", context.channel().remoteAddress(), cause.toString());
    context.close();
  }

  private void onTimeout() {
    if (ctx != null) {
      LOG.debug("handshake with {} took too long", ctx.channel().remoteAddress());
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    deadline.cancel();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failed(context, cause);
  }
}
