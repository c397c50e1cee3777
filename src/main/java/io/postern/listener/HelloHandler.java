package io.postern.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.postern.tls.CertificateStore;
import io.postern.tls.ClientHello;
import io.postern.tls.ServerCertificate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the ClientHello, chooses the certificate by it, and gives the connection over to TLS.
 *
 * <p>Owned by the event loop of its channel.
 */
final class HelloHandler extends SslClientHelloHandler<ServerCertificate> {

  private static final Logger LOG = LoggerFactory.getLogger(HelloHandler.class);

  private static final int MAX_HELLO = 16 * 1024;

  private final CertificateStore certificates;
  private final HandshakeHandler next;

  HelloHandler(CertificateStore certificates, HandshakeHandler next) {
    super(MAX_HELLO);
    this.certificates = certificates;
    this.next = next;
  }

  @Override
  protected Future<ServerCertificate> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello) {
    return ctx.executor().newSucceededFuture(select(hello));
  }

  private ServerCertificate select(@Nullable ByteBuf hello) {
    if (hello != null) {
      try {
        ClientHello said = ClientHello.parse(hello);
        next.onServerName(said.serverName());
        return certificates.select(said);
      } catch (ClientHello.Malformed e) {
        LOG.debug("a ClientHello that cannot be read: {}", e.getMessage());
      }
    }
    return certificates.fallback();
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext ctx, Future<ServerCertificate> chosen) {
    ServerCertificate certificate = chosen.getNow();
    next.onCertificate(certificate);
    SslHandler tls = certificate.context().newHandler(ctx.alloc());
    tls.setHandshakeTimeoutMillis(0); // the connection has one deadline from the PROXY header on
    ctx.pipeline().replace(this, "tls", tls);
  }
}
