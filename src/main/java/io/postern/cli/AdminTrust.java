package io.postern.cli;

import io.postern.config.Secret;
import io.postern.config.TlsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom the command line takes for an admin port. The port that its own config file has shows a
 * certificate out of that file: it is that very one that is looked for, and no name, for it may be
 * asked by an address that the certificate does not have.
 */
final class AdminTrust extends X509ExtendedTrustManager {

  private final Set<Certificate> known;

  private AdminTrust(Set<Certificate> known) {
    this.known = known;
  }

  /** Those that a section names. */
  static SSLContext of(TlsConfig tls) throws IOException, GeneralSecurityException {
    Set<Certificate> known = new HashSet<>();
    for (TlsConfig.Certificate each : tls.certificates()) {
      known.add(leaf(each.chain(), each.passphrase()));
    }
    if (tls.certificateDirectory() != null) {
      try (DirectoryStream<Path> more =
          Files.newDirectoryStream(tls.certificateDirectory(), "*.{pem,crt,p12,pfx}")) {
        for (Path each : more) {
          try {
            known.add(leaf(each, tls.certificateDirectoryPassphrase()));
          } catch (IOException | GeneralSecurityException e) {
            // A key alone, or what the process has refused as well.
          }
        }
      }
    }
    return context(new AdminTrust(known));
  }

  private static Certificate leaf(Path file, @Nullable Secret passphrase)
      throws IOException, GeneralSecurityException {
    String name = file.toString();
    if (!name.endsWith(".p12") && !name.endsWith(".pfx")) {
      return read(file).getFirst();
    }
    char[] with = passphrase == null ? new char[0] : passphrase.value().toCharArray();
    KeyStore store = KeyStore.getInstance(file.toFile(), with);
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        return store.getCertificate(alias);
      }
    }
    throw new CertificateException(file + " has no key");
  }

  /** Whoever these authorities vouch for. */
  static SSLContext of(Path authorities) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (Certificate each : read(authorities)) {
      store.setCertificateEntry(String.valueOf(store.size()), each);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return context(factory.getTrustManagers());
  }

  private static SSLContext context(TrustManager... trust) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust, null);
    return context;
  }

  private static List<Certificate> read(Path file) throws IOException, GeneralSecurityException {
    try (InputStream from = Files.newInputStream(file)) {
      List<Certificate> all =
          List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(from));
      if (all.isEmpty()) {
        throw new CertificateException(file + " has no certificate");
      }
      return all;
    } catch (CertificateException e) {
      throw new CertificateException(file + " is no PEM file of certificates", e);
    }
  }

  private void check(X509Certificate[] shown) throws CertificateException {
    if (shown.length == 0 || !known.contains(shown[0])) {
      throw new CertificateException("it shows no certificate that the config file names");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException("there are no clients here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }
}
