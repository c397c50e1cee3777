package io.postern.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.util.concurrent.Future;
import io.postern.http.Deadlines;
import io.postern.tls.ClientHello;
import io.postern.tls.ListenerTls;
import io.postern.tls.Presented;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the ClientHello, chooses the certificate by it, and gives the connection over to TLS.
 *
 * <p>Owned by the event loop of its channel.
 */
final class HelloHandler extends SslClientHelloHandler<@Nullable Presented> {

  private static final Logger LOG = LoggerFactory.getLogger(HelloHandler.class);

  private static final int MAX_HELLO = 16 * 1024;

  /** A record with the fatal alert 112 (RFC 8446 §5.1 and §6.2, RFC 6066 §3). */
  private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

  private final ListenerTls tls;
  private final Deadlines deadlines;
  private final HandshakeHandler next;

  HelloHandler(ListenerTls tls, Deadlines deadlines, HandshakeHandler next) {
    super(MAX_HELLO);
    this.tls = tls;
    this.deadlines = deadlines;
    this.next = next;
  }

  @Override
  protected Future<@Nullable Presented> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello) {
    return ctx.executor().newSucceededFuture(select(hello));
  }

  private @Nullable Presented select(@Nullable ByteBuf hello) {
    if (hello != null) {
      try {
        ClientHello said = ClientHello.parse(hello);
        next.onHello(said);
        return tls.store().select(said);
      } catch (ClientHello.Malformed e) {
        LOG.debug("a ClientHello that cannot be read: {}", e.getMessage());
      }
    }
    return tls.store().fallback();
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext ctx, Future<@Nullable Presented> chosen) {
    Presented presented = chosen.getNow();
    if (presented == null) {
      next.onUnknownName();
      ctx.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    next.onCertificate(presented);
    if (presented.asksForCertificate()) {
      ctx.pipeline().addBefore(ctx.name(), LastFlight.NAME, new LastFlight(deadlines));
    }
    ctx.pipeline().replace(this, "tls", presented.newHandler(ctx.alloc()));
  }
}
