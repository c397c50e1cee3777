package io.postern.listener;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslClosedEngineException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.AsciiString;
import io.postern.http.ClientCertificate;
import io.postern.http.Deadlines.Deadline;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.observe.HandshakeFailure;
import io.postern.tls.ClientHello;
import io.postern.tls.Presented;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
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

  /** Alerts of the client, as BoringSSL and the JDK put them. */
  private static final Pattern REFUSAL = Pattern.compile("_alert_|received fatal alert");

  /** The words of BoringSSL, then of the JDK. */
  private static final Pattern NOTHING_IN_COMMON =
      Pattern.compile(
          "unsupported_protocol|no_shared_|no_common_signature|no cipher suites in common"
              + "|not enabled or supported|no available authentication scheme");

  private static final Pattern NO_CERTIFICATE =
      Pattern.compile(
          "peer_did_not_return_a_certificate|empty client certificate chain"
              + "|session without a certificate");

  private final Downstream downstream;
  private final Arrival arrival;
  private final Admission admission;
  private final Deadline deadline;
  private @Nullable String serverName;
  private @Nullable Supplier<AsciiString> ja4;
  private @Nullable Presented presented;
  private @Nullable ChannelHandlerContext ctx;
  private HandshakeAdmission.@Nullable Underway underway;
  private boolean over;

  HandshakeHandler(Downstream downstream, Arrival arrival, Admission admission) {
    this.downstream = downstream;
    this.arrival = arrival;
    this.admission = admission;
    this.deadline = downstream.context().loop().deadlines().create(this::onTimeout);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    deadline.after(downstream.handshakes().nanos());
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    deadline.cancel();
    if (underway != null) {
      underway.end();
    }
  }

  /**
   * A ClientHello has come.
   *
   * @param said null where it cannot be read
   * @return whether anything is to be computed for it; else the connection is closed
   */
  boolean begins(Source source, @Nullable ClientHello said) {
    if (said != null) {
      serverName = said.serverName();
      ja4 = said.ja4();
    }
    Handshakes handshakes = downstream.handshakes();
    boolean room = handshakes.queue().hasRoom(source);
    underway = handshakes.admission().begin(source, arrival, room);
    if (underway == null && ctx != null) {
      over = true; // it is counted, and is no failure
      ctx.close();
    }
    return underway != null;
  }

  /** The client is gone, and nothing was computed for it. */
  void onGoneBeforeTurn() {
    over(HandshakeFailure.GONE_BEFORE_TURN);
  }

  void onCertificate(Presented chosen) {
    presented = chosen;
  }

  /** No certificate is for the host that the client asks for, and it has been told. */
  void onUnknownName() {
    over(HandshakeFailure.UNKNOWN_NAME);
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

  /** After what was written, for that puts an acknowledgement off again. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
    if (tls != null) {
      tls.writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(written -> QuickAck.on(context.channel()));
    }
    context.fireChannelReadComplete();
  }

  private void succeeded(ChannelHandlerContext context) {
    SslHandler tls = context.pipeline().get(SslHandler.class);
    SSLSession session = tls.engine().getSession();
    Presented shown = presented;
    if (shown == null) {
      throw new IllegalStateException("a handshake without a certificate");
    }
    X509Certificate client = Presented.clientCertificate(session);
    if (client == null && shown.needsCertificate()) {
      failed(context, new SSLException("a session without a certificate was resumed"));
      return;
    }
    over = true;
    downstream.meters().handshake(session.getProtocol(), Presented.isResumed(tls));
    TlsSession agreed = agreed(shown, tls, client);
    if (!admission.admits(context.channel(), arrival, agreed.clientCertificate())) {
      return;
    }
    boolean h2 = "h2".equals(tls.applicationProtocol());
    downstream.install(context.channel(), arrival, agreed, h2);
    if (shown.asksForCertificate()) {
      context.pipeline().remove(LastFlight.NAME);
    }
    context.pipeline().remove(this);
  }

  private TlsSession agreed(Presented shown, SslHandler tls, @Nullable X509Certificate client) {
    SSLSession session = tls.engine().getSession();
    String asked = serverName;
    String version = session.getProtocol();
    return new TlsSession(
        asked,
        version,
        session.getCipherSuite(),
        Presented.group(tls),
        tls.applicationProtocol(),
        Presented.isResumed(tls),
        ja4,
        client == null ? null : ClientCertificate.of(client),
        downstream.tellsCertificate(),
        host -> shown.serves(host, asked, version, client != null));
  }

  private void failed(ChannelHandlerContext context, Throwable cause) {
    CertificateException refusal = refusal(cause);
    if (refusal == null) {
      over(reason(cause));
    } else if (!over) {
      over(HandshakeFailure.CERTIFICATE_REFUSED);
      downstream.handshakes().reports().refused(refusal.getMessage(), serverName, arrival.client());
    }
    LOG.debug("handshake with {} failed: {}", context.channel().remoteAddress(), cause.toString());
    context.close();
  }

  private void onTimeout() {
    if (ctx != null) {
      over(HandshakeFailure.TIMEOUT);
      LOG.debug("handshake with {} took too long", ctx.channel().remoteAddress());
      ctx.close();
    }
  }

  /** Why the certificate of the client is not accepted; null where something else failed. */
  private static @Nullable CertificateException refusal(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof CertificateException refusal) {
        return refusal;
      }
    }
    return null;
  }

  private HandshakeFailure goneAway() {
    return presented == null ? HandshakeFailure.NO_HELLO : HandshakeFailure.CLIENT_GONE;
  }

  private HandshakeFailure reason(Throwable cause) {
    Throwable root =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    if (root instanceof NotSslRecordException) {
      return HandshakeFailure.NOT_TLS;
    }
    if (!(root instanceof SSLException) || root instanceof SslClosedEngineException) {
      return root instanceof IOException ? goneAway() : HandshakeFailure.OTHER;
    }
    String message = String.valueOf(root.getMessage()).toLowerCase(Locale.ROOT);
    if (REFUSAL.matcher(message).find()) {
      return HandshakeFailure.REFUSED_BY_CLIENT;
    }
    if (NO_CERTIFICATE.matcher(message).find()) {
      return HandshakeFailure.CERTIFICATE_MISSING;
    }
    return NOTHING_IN_COMMON.matcher(message).find()
        ? HandshakeFailure.NOTHING_IN_COMMON
        : HandshakeFailure.OTHER;
  }

  /** Counts a failure once: one that is told may close the connection, which is told too. */
  private void over(HandshakeFailure why) {
    if (!over) {
      over = true;
      downstream.handshakes().reports().failed(why, arrival.client());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    deadline.cancel();
    over(goneAway());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failed(context, cause);
  }
}
