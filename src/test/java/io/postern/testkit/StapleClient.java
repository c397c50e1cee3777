package io.postern.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * A client of the JDK that goes on only where an OCSP response says good: the JDK looks at its
 * signature and dates.
 */
public final class StapleClient {

  private final X509Certificate root;

  /** One that trusts this authority. */
  public StapleClient(X509Certificate root) {
    this.root = root;
  }

  /**
   * Shakes hands.
   *
   * @return what was stapled
   * @throws SSLHandshakeException where that does not satisfy it
   */
  public List<byte[]> responses(InetSocketAddress address, String host, String version)
      throws IOException {
    try (Socket raw = new Socket(address.getAddress(), address.getPort());
        SSLSocket tls =
            (SSLSocket) context().getSocketFactory().createSocket(raw, host, 443, true)) {
      tls.setSoTimeout((int) Await.LIMIT.toMillis());
      tls.setEnabledProtocols(new String[] {version});
      tls.startHandshake();
      return ((ExtendedSSLSession) tls.getSession()).getStatusResponses();
    }
  }

  /** Whether it goes on. */
  public boolean isSatisfied(InetSocketAddress address, String host) {
    try {
      return !responses(address, host, "TLSv1.3").isEmpty();
    } catch (SSLHandshakeException e) {
      return false;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private SSLContext context() {
    try {
      PKIXRevocationChecker revocation =
          (PKIXRevocationChecker) CertPathBuilder.getInstance("PKIX").getRevocationChecker();
      revocation.setOptions(
          EnumSet.of(
              PKIXRevocationChecker.Option.ONLY_END_ENTITY,
              PKIXRevocationChecker.Option.NO_FALLBACK));
      PKIXBuilderParameters parameters =
          new PKIXBuilderParameters(Set.of(new TrustAnchor(root, null)), new X509CertSelector());
      parameters.addCertPathChecker(revocation);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(new CertPathTrustManagerParameters(parameters));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
