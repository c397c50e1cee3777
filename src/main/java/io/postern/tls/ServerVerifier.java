package io.postern.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the certificates of servers: the JDK decides (RFC 5280 §6, and the name by the endpoint
 * identification that the engine is set to), and where it refuses, this finds the words for an
 * operator, who can do little with "unable to find valid certification path". Revocation is not
 * looked at. Thread-safe.
 */
final class ServerVerifier extends X509ExtendedTrustManager {

  private static final int MOST_NAMES = 10;

  private final X509ExtendedTrustManager judge;

  private ServerVerifier(X509ExtendedTrustManager judge) {
    this.judge = judge;
  }

  /** Trusts these authorities; null are those of the JDK. */
  static ServerVerifier trusting(@Nullable List<X509Certificate> authorities)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities == null ? null : keyStore(authorities));
    for (TrustManager each : factory.getTrustManagers()) {
      if (each instanceof X509ExtendedTrustManager judge) {
        return new ServerVerifier(judge);
      }
    }
    throw new GeneralSecurityException("this JDK checks no certificates");
  }

  private static KeyStore keyStore(List<X509Certificate> authorities)
      throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("JKS");
      store.load(null, null);
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
      return store;
    } catch (IOException e) {
      throw new IllegalStateException("an empty key store is not read from anywhere", e);
    }
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    try {
      judge.checkServerTrusted(chain, authType, engine);
    } catch (CertificateException e) {
      throw new UnverifiedException(why(chain, engine, e), e);
    }
    // The JDK would look at the common name then, which names nobody (RFC 9525 §6.3).
    if (CertificateNames.of(chain[0]).all().isEmpty()) {
      throw new UnverifiedException("it is for " + shown(Set.of()), null);
    }
  }

  private static String why(
      X509Certificate[] chain, @Nullable SSLEngine engine, CertificateException refusal)
      throws CertificateParsingException {
    String date = outOfDate(chain);
    if (date != null) {
      return date;
    }
    if (hasCause(refusal, CertPathBuilderException.class)) {
      return unknownAuthority(chain);
    }
    CertPathValidatorException invalid = cause(refusal, CertPathValidatorException.class);
    if (invalid != null) {
      return "its chain is not valid: " + invalid.getMessage();
    }
    Set<String> names = CertificateNames.of(chain[0]).all();
    String wanted = engine == null ? "" : engine.getPeerHost();
    return names.contains(wanted)
        ? String.valueOf(refusal.getMessage())
        : "it is not for " + wanted + ", but for " + shown(names);
  }

  private static @Nullable String outOfDate(X509Certificate[] chain) {
    for (X509Certificate each : chain) {
      try {
        each.checkValidity();
      } catch (CertificateExpiredException e) {
        return subject(each) + " expired at " + each.getNotAfter().toInstant();
      } catch (CertificateNotYetValidException e) {
        return subject(each) + " is not valid before " + each.getNotBefore().toInstant();
      }
    }
    return null;
  }

  private static String unknownAuthority(X509Certificate[] chain) {
    X509Certificate last = chain[chain.length - 1];
    boolean selfSigned = last.getIssuerX500Principal().equals(last.getSubjectX500Principal());
    if (selfSigned && chain.length == 1) {
      return "it is self-signed and not trusted: " + subject(last);
    }
    return "unknown authority: " + last.getIssuerX500Principal().getName();
  }

  private static String shown(Set<String> names) {
    if (names.isEmpty()) {
      return "nobody: it has no subject alternative names";
    }
    String first = String.join(", ", names.stream().limit(MOST_NAMES).toList());
    return names.size() > MOST_NAMES ? first + " and others" : first;
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
    return cause(failure, type) != null;
  }

  private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (type.isInstance(each)) {
        return type.cast(each);
      }
    }
    return null;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    checkServerTrusted(chain, authType, (SSLEngine) null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    judge.checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("no client is looked at here");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return judge.getAcceptedIssuers();
  }
}
