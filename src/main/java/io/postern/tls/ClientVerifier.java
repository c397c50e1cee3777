package io.postern.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the certificates of clients by the {@link ClientTrust} of now, in whole handshakes and
 * in those that resume a session alike. Thread-safe.
 */
final class ClientVerifier extends X509ExtendedTrustManager
    implements ResumableX509ExtendedTrustManager {

  private final Supplier<ClientTrust> trust;
  private final InstantSource clock;

  ClientVerifier(Supplier<ClientTrust> trust, InstantSource clock) {
    this.trust = trust;
    this.clock = clock;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    try {
      trust.get().check(chain, clock.instant());
    } catch (ClientUnverified e) {
      throw new OpenSslCertificateException(e.getMessage(), e, e.code());
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  /** The handshake is over then: the connection ends without an alert, for the engine has none. */
  @Override
  public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, "");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("no server is looked at here");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.get().authorities().toArray(X509Certificate[]::new);
  }
}
