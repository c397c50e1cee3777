package io.postern.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.postern.http.EndWithoutNotice;
import io.postern.tls.UpstreamTls;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between TLS and the codec of a connection to a server, so that the codec needs to know
 * nothing of TLS: the failures of a handshake are kept from it, those that come later are made an
 * {@link IOException} with words, and an end without close_notify is told.
 *
 * <p>Owned by the event loop of its channel.
 */
final class TlsEdge extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(TlsEdge.class);

  private final SslHandler tls;
  private boolean noticed;

  TlsEdge(SslHandler tls) {
    this.tls = tls;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof SslCloseCompletionEvent end && end.isSuccess()) {
      // All that came before it has been passed on, and TLS has no half-close with this engine.
      noticed = true;
      context.close();
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (!noticed) {
      context.fireUserEventTriggered(EndWithoutNotice.EVENT);
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!tls.handshakeFuture().isSuccess()) {
      LOG.debug("a handshake with a server failed", cause); // who connects is told by the future
    } else if (cause instanceof DecoderException && cause.getCause() instanceof SSLException e) {
      context.fireExceptionCaught(new IOException(UpstreamTls.describe(e), e));
    } else {
      context.fireExceptionCaught(cause);
    }
  }
}
