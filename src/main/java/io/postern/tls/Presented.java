package io.postern.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.AsciiString;
import io.postern.config.TlsConfig.ClientAuth;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a client is shown, and the rules that its connection stands under.
 * Immutable.
 */
public final class Presented {

  private static final InstantSource CLOCK = InstantSource.system();

  private final ServerCertificate certificate;
  private final HostPolicies policies;
  private final HostPolicy policy;

  Presented(ServerCertificate certificate, HostPolicies policies, HostPolicy policy) {
    this.certificate = certificate;
    this.policies = policies;
    this.policy = policy;
  }

  /** What is shown. */
  public ServerCertificate certificate() {
    return certificate;
  }

  /**
   * TLS for the connection, without a time limit. It holds on to what it needs of the store; until
   * it is made the store must be open.
   */
  public SslHandler newHandler(ByteBufAllocator allocator) {
    SslHandler handler = certificate.context(policy).newHandler(allocator);
    handler.setHandshakeTimeoutMillis(0); // the connection has one deadline from the accept on
    byte[] staple = certificate.staple().at(CLOCK.instant());
    if (staple != null && handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
      engine.setOcspResponse(staple);
    }
    return handler;
  }

  /**
   * Whether a request for this host may be answered on the connection (RFC 9110 §7.4): the
   * certificate covers it, which a client that named no host does not care about, and nothing is
   * stricter for it than what was agreed on.
   *
   * @param host of any case, without a port
   * @param serverName the SNI of the client; null where it sent none
   * @param version what was agreed on, such as {@code TLSv1.3}
   * @param hasCertificate whether the client has shown one that was accepted
   */
  public boolean serves(
      AsciiString host, @Nullable String serverName, String version, boolean hasCertificate) {
    return (serverName == null || certificate.covers(host))
        && policies.of(host).allows(policy, version, hasCertificate);
  }

  /** Whether clients are asked for a certificate. */
  public boolean asksForCertificate() {
    return policy.clientAuth() != ClientAuth.NONE;
  }

  /** Whether a client without a certificate must not be served. */
  public boolean needsCertificate() {
    return policy.clientAuth() == ClientAuth.REQUIRED;
  }

  /** The certificate that a client has shown and that was accepted; null where it showed none. */
  public static @Nullable X509Certificate clientCertificate(SSLSession session) {
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate shown ? shown : null;
    } catch (SSLPeerUnverifiedException _) {
      return null;
    }
  }

  /**
   * The group of the key exchange of a handshake that is complete, as IANA names it but for {@code
   * P-256} and its like; null where there was none, or the library does not tell.
   */
  public static @Nullable String group(SslHandler handshaken) {
    if (!(handshaken.engine() instanceof ReferenceCountedOpenSslEngine engine)) {
      return null;
    }
    try {
      return SSL.getGroupName(engine.sslPointer());
    } catch (Exception _) { // the only type that is declared: there was none
      return null;
    }
  }

  /** Whether a handshake that is complete resumed a session. */
  public static boolean isResumed(SslHandler handshaken) {
    return handshaken.engine() instanceof ReferenceCountedOpenSslEngine engine
        && SSL.isSessionReused(engine.sslPointer());
  }
}
