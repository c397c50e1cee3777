package io.postern.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.cert.X509CRLHolder;

/**
 * Which certificates their issuers have taken back: the CRLs of one file (RFC 5280 §5), read once.
 * As with OpenSSL, every issuer in a chain must have one that is not out of date. Thread-safe.
 */
final class Revocations {

  private final Map<X500Principal, List<Signed>> byIssuer = new HashMap<>();

  private Revocations() {}

  /** A list, and which keys are known to have signed it: that is asked once. */
  private record Signed(X509CRL crl, Map<PublicKey, Boolean> signers) {

    boolean isSignedBy(PublicKey key) {
      return signers.computeIfAbsent(key, this::verified);
    }

    private boolean verified(PublicKey key) {
      try {
        crl.verify(key);
        return true;
      } catch (GeneralSecurityException e) {
        return false;
      }
    }
  }

  /** Reads a PEM file with one CRL or more. */
  static Revocations read(Path file) throws UnusableFile {
    Revocations revocations = new Revocations();
    for (Object object : PemFile.objects(file)) {
      if (object instanceof X509CRLHolder holder) {
        X509CRL crl = crl(holder);
        // A list of changes only, or for some certificates only, would pass for the whole one.
        if (crl.hasUnsupportedCriticalExtension() || isPartial(crl)) {
          throw new UnusableFile(
              "holds a partial list of " + crl.getIssuerX500Principal().getName(), "whole CRLs");
        }
        revocations
            .byIssuer
            .computeIfAbsent(crl.getIssuerX500Principal(), _ -> new ArrayList<>())
            .add(new Signed(crl, new ConcurrentHashMap<>()));
      }
    }
    if (revocations.byIssuer.isEmpty()) {
      throw new UnusableFile("holds no CRL", "a PEM file with X509 CRL blocks");
    }
    return revocations;
  }

  private static boolean isPartial(X509CRL crl) {
    return Optional.ofNullable(crl.getCriticalExtensionOIDs())
        .map(critical -> critical.contains("2.5.29.27") || critical.contains("2.5.29.28"))
        .orElse(false);
  }

  private static X509CRL crl(X509CRLHolder holder) throws UnusableFile {
    try {
      return (X509CRL)
          CertificateFactory.getInstance("X.509")
              .generateCRL(new ByteArrayInputStream(holder.getEncoded()));
    } catch (IOException | CertificateException | CRLException e) {
      throw new UnusableFile("holds a CRL that cannot be read: " + e.getMessage(), "X.509 CRLs");
    }
  }

  /** Those that are out of date, in words. */
  List<String> outOfDate(Instant now) {
    return byIssuer.values().stream()
        .flatMap(List::stream)
        .filter(list -> isOutOfDate(list.crl(), now))
        .map(
            list ->
                "the CRL of %s is out of date since %s"
                    .formatted(
                        list.crl().getIssuerX500Principal().getName(),
                        list.crl().getNextUpdate().toInstant()))
        .toList();
  }

  private static boolean isOutOfDate(X509CRL crl, Instant now) {
    return crl.getNextUpdate() != null && now.isAfter(crl.getNextUpdate().toInstant());
  }

  /**
   * Looks a certificate up.
   *
   * @param issuer who has signed it
   */
  void check(X509Certificate certificate, X509Certificate issuer, Instant now)
      throws ClientUnverified {
    X500Principal name = issuer.getSubjectX500Principal();
    boolean current = false;
    for (Signed list : byIssuer.getOrDefault(name, List.of())) {
      if (!list.isSignedBy(issuer.getPublicKey())) {
        continue;
      }
      X509CRLEntry entry = list.crl().getRevokedCertificate(certificate.getSerialNumber());
      if (entry != null) {
        throw ClientUnverified.revoked(certificate, entry.getRevocationDate().toInstant());
      }
      current |= !isOutOfDate(list.crl(), now);
    }
    if (!current) {
      throw ClientUnverified.unknownState(certificate, name);
    }
  }
}
