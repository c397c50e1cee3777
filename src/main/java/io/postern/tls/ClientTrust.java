package io.postern.tls;

import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.WarningCode;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whose clients are let in: the authorities, and what they have revoked, as their files were when
 * they were read. Nothing is read for a handshake. Immutable and shared.
 *
 * <p>The path is found and checked by the JDK (RFC 5280 §6), with its own rules for weak
 * algorithms; it must end at one of the authorities, and the certificate must be good for clients.
 */
final class ClientTrust {

  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_USAGE = "2.5.29.37.0";
  private static final int MIN_EC_BITS = 256;

  private final List<X509Certificate> authorities;
  private final Set<TrustAnchor> anchors;
  private final @Nullable Revocations revocations;

  private ClientTrust(List<X509Certificate> authorities, @Nullable Revocations revocations) {
    this.authorities = authorities;
    this.anchors =
        authorities.stream().map(each -> new TrustAnchor(each, null)).collect(Collectors.toSet());
    this.revocations = revocations;
  }

  /**
   * Reads the files.
   *
   * @param crl null where nobody is asked what was revoked
   * @param problems takes what is wrong
   * @param warnings takes what works and is likely not meant
   * @return null where something is wrong
   */
  static @Nullable ClientTrust read(
      Place place,
      Path trust,
      @Nullable Path crl,
      Instant now,
      List<Problem> problems,
      List<Problem> warnings) {
    List<X509Certificate> authorities = null;
    Revocations revocations = null;
    try {
      authorities = PemFile.certificates(trust);
    } catch (UnusableFile e) {
      problems.add(
          place.problem("trust", trust + " " + e.what(), "PEM certificates of authorities"));
    }
    try {
      revocations = crl == null ? null : Revocations.read(crl);
    } catch (UnusableFile e) {
      problems.add(place.problem("crl", crl + " " + e.what(), e.expected()));
    }
    if (authorities == null || (crl != null && revocations == null)) {
      return null;
    }
    if (revocations != null) {
      revocations
          .outOfDate(now)
          .forEach(
              each ->
                  warnings.add(
                      place
                          .problem("crl", each + "; whom it speaks of is refused", "a new one")
                          .warning(WarningCode.TRUST_OUT_OF_DATE)));
    }
    return new ClientTrust(authorities, revocations);
  }

  /** The authorities. */
  List<X509Certificate> authorities() {
    return authorities;
  }

  /** Tells authorities from others, whatever their order. */
  String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      List<String> each =
          authorities.stream()
              .map(ClientTrust::encoded)
              .map(HexFormat.of()::formatHex)
              .sorted()
              .toList();
      each.forEach(one -> digest.update(one.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was read does not encode", e);
    }
  }

  /** Returns where a client's certificate is accepted; the chain begins with it. */
  void check(X509Certificate[] chain, Instant now) throws ClientUnverified {
    X509Certificate leaf = chain[0];
    checkDates(now, leaf);
    checkKey(leaf);
    checkUsage(leaf);
    PKIXCertPathBuilderResult path = path(chain, now);
    List<? extends Certificate> certificates = path.getCertPath().getCertificates();
    checkIssuers(certificates, path.getTrustAnchor().getTrustedCert(), now);
    if (revocations == null) {
      return;
    }
    for (int i = 0; i < certificates.size(); i++) {
      X509Certificate issuer =
          i + 1 < certificates.size()
              ? (X509Certificate) certificates.get(i + 1)
              : path.getTrustAnchor().getTrustedCert();
      revocations.check((X509Certificate) certificates.get(i), issuer, now);
    }
  }

  private static void checkDates(Instant now, X509Certificate... all) throws ClientUnverified {
    for (X509Certificate each : all) {
      if (now.isAfter(each.getNotAfter().toInstant())) {
        throw ClientUnverified.expired(each);
      }
      if (now.isBefore(each.getNotBefore().toInstant())) {
        throw ClientUnverified.notYetValid(each);
      }
    }
  }

  private static void checkKey(X509Certificate leaf) throws ClientUnverified {
    PublicKey key = leaf.getPublicKey();
    int bits = key instanceof RSAPublicKey rsa ? rsa.getModulus().bitLength() : 0;
    if (bits > 0 && bits < KeyProfile.MIN_RSA_BITS) {
      throw ClientUnverified.unfit(leaf, "has a weak key, RSA of " + bits + " bits");
    }
    int order = key instanceof ECPublicKey ec ? ec.getParams().getOrder().bitLength() : 0;
    if (order > 0 && order < MIN_EC_BITS) {
      throw ClientUnverified.unfit(leaf, "has a weak key, ECDSA of " + order + " bits");
    }
  }

  /** What the JDK does not look at: the purposes of issuers, and the authority itself. */
  private static void checkIssuers(
      List<? extends Certificate> path, X509Certificate authority, Instant now)
      throws ClientUnverified {
    if (path.isEmpty()) {
      return; // the certificate itself is trusted
    }
    for (Certificate each : path.subList(1, path.size())) {
      checkPurposes((X509Certificate) each);
    }
    checkPurposes(authority);
    checkDates(now, authority);
    // Certificates of version 1 say nothing of it.
    if (authority.getVersion() == 3 && authority.getBasicConstraints() < path.size() - 1) {
      throw ClientUnverified.beyondItsBounds(authority);
    }
  }

  /** How many authorities may stand below each (RFC 5280 §4.2.1.9). */
  private static void checkBounds(X509Certificate[] chain) throws ClientUnverified {
    for (int i = 1; i < chain.length; i++) {
      X509Certificate issuer = chain[i];
      if (!chain[i - 1].getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
        return;
      }
      if (issuer.getBasicConstraints() < i - 1) {
        throw ClientUnverified.beyondItsBounds(issuer);
      }
    }
  }

  private static void checkPurposes(X509Certificate each) throws ClientUnverified {
    List<String> purposes = purposes(each);
    if (purposes != null && !purposes.contains(CLIENT_AUTH) && !purposes.contains(ANY_USAGE)) {
      throw ClientUnverified.unfit(each, "is not for clients, by its extended key usage");
    }
  }

  // As TLS asks for (RFC 5280 §4.2.1.3 and §4.2.1.12); what is left out allows everything.
  private static void checkUsage(X509Certificate leaf) throws ClientUnverified {
    checkPurposes(leaf);
    boolean[] usage = leaf.getKeyUsage();
    if (usage != null && !usage[0]) {
      throw ClientUnverified.unfit(leaf, "is not for signatures, by its key usage");
    }
  }

  private static @Nullable List<String> purposes(X509Certificate leaf) throws ClientUnverified {
    try {
      return leaf.getExtendedKeyUsage();
    } catch (java.security.cert.CertificateParsingException e) {
      throw ClientUnverified.unfit(leaf, "has an extended key usage that cannot be read");
    }
  }

  private PKIXCertPathBuilderResult path(X509Certificate[] chain, Instant now)
      throws ClientUnverified {
    X509CertSelector target = new X509CertSelector();
    target.setCertificate(chain[0]);
    try {
      PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
      parameters.setDate(Date.from(now));
      parameters.setRevocationEnabled(false); // Revocations looks, in what was read once
      parameters.addCertStore(
          CertStore.getInstance(
              "Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
      return (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
    } catch (CertPathBuilderException e) {
      checkDates(now, chain); // the JDK does not say which of them it was, or what
      checkBounds(chain);
      throw ClientUnverified.untrusted(chain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK finds paths by PKIX", e);
    }
  }
}
