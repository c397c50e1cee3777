package io.postern.testkit;

import io.postern.tls.CertificateAuthority.Issued;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a test's client speaks TLS. The chain is checked against the CA, the name against nothing: a
 * test that cares looks at the certificate.
 *
 * @param ca who is trusted
 * @param serverName the SNI; null sends none
 * @param protocols for ALPN; empty sends none
 * @param versions such as {@code TLSv1.3}
 * @param keys for a client certificate; empty offers none
 */
public record ClientTls(
    X509Certificate ca,
    @Nullable String serverName,
    List<String> protocols,
    List<String> versions,
    List<KeyManager> keys) {

  /** TLS 1.3 or 1.2 with an SNI and these protocols for ALPN. */
  public static ClientTls of(X509Certificate ca, @Nullable String serverName, String... protocols) {
    return new ClientTls(
        ca, serverName, List.of(protocols), List.of("TLSv1.3", "TLSv1.2"), List.of());
  }

  /** The same with these versions only. */
  public ClientTls versions(String... only) {
    return new ClientTls(ca, serverName, protocols, List.of(only), keys);
  }

  /** The same with a client certificate. */
  public ClientTls keys(KeyManager... managers) {
    return new ClientTls(ca, serverName, protocols, versions, List.of(managers));
  }

  /** The same with this client certificate, whoever is asked for. */
  public ClientTls showing(Issued issued) {
    return keys(Keys.always(issued));
  }

  /** The first certificate of a PEM file. */
  public static X509Certificate certificate(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (IOException | GeneralSecurityException failure) {
      throw new IllegalArgumentException("no certificate in " + pem, failure);
    }
  }

  /** For clients of the JDK. */
  public SSLContext context() {
    try {
      KeyStore trust = KeyStore.getInstance(KeyStore.getDefaultType());
      trust.load(null, null);
      trust.setCertificateEntry("ca", ca);
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trust);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.toArray(KeyManager[]::new), factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** A ClientHello of the JDK's, which nothing need follow. */
  public byte[] hello() {
    SSLEngine engine = context().createSSLEngine();
    SSLParameters parameters = engine.getSSLParameters();
    applyTo(parameters);
    engine.setSSLParameters(parameters);
    engine.setUseClientMode(true);
    ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    try {
      engine.wrap(ByteBuffer.allocate(0), hello);
    } catch (SSLException failure) {
      throw new IllegalStateException(failure);
    }
    return Arrays.copyOf(hello.array(), hello.position());
  }

  void applyTo(SSLParameters parameters) {
    parameters.setServerNames(
        serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
    parameters.setApplicationProtocols(protocols.toArray(String[]::new));
    parameters.setProtocols(versions.toArray(String[]::new));
  }
}
