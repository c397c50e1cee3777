package io.postern.testkit;

import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a scripted server speaks TLS. It has its own sessions: what one of these agreed on, no other
 * resumes.
 *
 * @param context with the server's certificate
 * @param versions such as {@code TLSv1.3}
 * @param protocols what it takes in ALPN, such as {@code h2}, the best first
 * @param asksForCertificate whether clients must show one
 */
public record ServerTls(
    SSLContext context, List<String> versions, List<String> protocols, boolean asksForCertificate) {

  private static final List<String> BOTH = List.of("TLSv1.3", "TLSv1.2");
  private static final List<String> H1 = List.of("http/1.1");

  /** TLS 1.3 or 1.2 with this certificate. */
  public static ServerTls of(Issued issued) {
    return new ServerTls(context(issued, null), BOTH, H1, false);
  }

  /** The same with these versions only. */
  public ServerTls versions(String... only) {
    return new ServerTls(context, List.of(only), protocols, asksForCertificate);
  }

  /** The same with these protocols in ALPN. */
  public ServerTls protocols(String... taken) {
    return new ServerTls(context, versions, List.of(taken), asksForCertificate);
  }

  /** TLS for clients with a certificate of an authority. */
  public static ServerTls forClientsOf(CertificateAuthority authority, Issued issued) {
    return new ServerTls(context(issued, authority), BOTH, H1, true);
  }

  void applyTo(SSLSocket socket) {
    socket.setUseClientMode(false);
    socket.setNeedClientAuth(asksForCertificate);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(versions.toArray(String[]::new));
    parameters.setApplicationProtocols(protocols.toArray(String[]::new));
    socket.setSSLParameters(parameters);
  }

  private static SSLContext context(Issued issued, @Nullable CertificateAuthority clients) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(Keys.of(issued), trusting(clients), null);
      return context;
    } catch (IOException | GeneralSecurityException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static TrustManager @Nullable [] trusting(@Nullable CertificateAuthority authority)
      throws IOException, GeneralSecurityException {
    if (authority == null) {
      return null;
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("authority", authority.caCertificate());
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }
}
