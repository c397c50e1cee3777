package io.postern.tls;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.jspecify.annotations.Nullable;

/**
 * The OCSP response that goes with a certificate in handshakes (RFC 6066 §8, RFC 8446 §4.4.2.1), as
 * it is now; it outlives the stores that the certificate is in. Thread-safe: event loops ask for
 * it, whoever reads files or asks responders sets it.
 */
final class Staple {

  /** RFC 7633 §4: the extensions of TLS that the server has to answer. */
  private static final ASN1ObjectIdentifier FEATURES =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24");

  private static final int STATUS_REQUEST = 5;

  private final X509Certificate certificate;
  private final @Nullable X509Certificate issuer;
  private final boolean demanded;
  private final AtomicReference<Known> known = new AtomicReference<>(new Known(null, Instant.MIN));
  private final AtomicReference<@Nullable Instant> lapsed = new AtomicReference<>();

  /**
   * What was said of the certificate.
   *
   * @param response the newest that is good, since it was last said to be revoked
   * @param revoked from when on the newest counts that says so
   */
  private record Known(@Nullable OcspResponse response, Instant revoked) {

    Known with(OcspResponse taken) {
      boolean older =
          !taken.since().isAfter(revoked)
              || (response != null && response.since().isAfter(taken.since()));
      return older ? this : new Known(taken, revoked);
    }

    Known revokedSince(Instant since) {
      return new Known(null, since.isAfter(revoked) ? since : revoked);
    }
  }

  /**
   * None yet.
   *
   * @param chain the certificate, then its issuers
   */
  Staple(List<X509Certificate> chain) {
    this.certificate = chain.getFirst();
    this.issuer = chain.size() > 1 ? chain.get(1) : null;
    this.demanded = demands(certificate);
  }

  /** Whether the certificate is not to be shown without ("must-staple", RFC 7633). */
  boolean isDemanded() {
    return demanded;
  }

  private @Nullable OcspResponse held() {
    return Objects.requireNonNull(known.get()).response();
  }

  /** What is stapled; null where there is nothing, or nothing any more. */
  byte @Nullable [] at(Instant now) {
    OcspResponse held = held();
    return held != null && held.isCurrent(now) ? held.bytes() : null;
  }

  /** Whether clients that look at it would have to refuse the certificate. */
  boolean isLacking(Instant now) {
    return demanded && at(now) == null;
  }

  /** When what there is expires, or has expired; null where there was nothing yet. */
  @Nullable Instant until() {
    OcspResponse held = held();
    return held == null ? null : held.until();
  }

  /** Whether what there was has expired since this was asked before. */
  boolean hasJustLapsed(Instant now) {
    OcspResponse held = held();
    return held != null
        && !held.isCurrent(now)
        && !held.until().equals(lapsed.getAndSet(held.until()));
  }

  /**
   * Takes a response over where it is good for this certificate, and is not older than the one that
   * there is. One that says that the certificate was revoked takes away that too, and only a newer
   * one counts from then on: the older ones are still signed and in their time.
   *
   * @return until when it is good
   */
  Instant take(byte[] bytes, Instant now) throws UnusableResponse {
    if (issuer == null) {
      throw UnusableResponse.bad(
          "cannot be checked: the chain has no issuer", "the issuer behind it in its chain");
    }
    try {
      OcspResponse taken = OcspResponse.check(bytes, certificate, issuer, now);
      Instant revoked = known.updateAndGet(before -> before.with(taken)).revoked();
      if (!taken.since().isAfter(revoked)) {
        throw UnusableResponse.bad(
            "is of %s, and the certificate was revoked by one of %s"
                .formatted(taken.since(), revoked),
            "a newer one");
      }
      return taken.until();
    } catch (UnusableResponse e) {
      if (e.why() == UnusableResponse.Why.REVOKED) {
        known.updateAndGet(before -> before.revokedSince(e.since()));
      }
      throw e;
    }
  }

  /** Whom to ask (RFC 5280 §4.2.2.1); null where nobody is named, or no issuer could be checked. */
  @Nullable URI responder() {
    return issuer == null ? null : named();
  }

  /** Why nobody can be asked, in words; null where somebody can. */
  @Nullable String whyNotAsked() {
    if (named() == null) {
      return "names no OCSP responder";
    }
    return issuer == null ? "has no issuer behind it to check OCSP responses by" : null;
  }

  private @Nullable URI named() {
    ASN1Primitive access = extension(certificate, Extension.authorityInfoAccess);
    if (access == null) {
      return null;
    }
    try {
      for (AccessDescription each :
          AuthorityInformationAccess.getInstance(access).getAccessDescriptions()) {
        URI where = uri(each.getAccessLocation());
        if (each.getAccessMethod().equals(AccessDescription.id_ad_ocsp) && where != null) {
          return where;
        }
      }
    } catch (IllegalArgumentException e) {
      // Not well-formed: it names nobody.
    }
    return null;
  }

  private static @Nullable URI uri(GeneralName location) {
    if (location.getTagNo() != GeneralName.uniformResourceIdentifier) {
      return null;
    }
    try {
      URI uri = new URI(location.getName().toString());
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      boolean web = scheme.equals("http") || scheme.equals("https");
      return web && uri.getHost() != null ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** What to ask; only where there is a {@link #responder}. */
  byte[] request() {
    return OcspResponse.request(certificate, Objects.requireNonNull(issuer));
  }

  private static boolean demands(X509Certificate certificate) {
    if (!(extension(certificate, FEATURES) instanceof ASN1Sequence features)) {
      return false;
    }
    for (ASN1Encodable each : features) {
      if (each instanceof ASN1Integer feature && feature.hasValue(STATUS_REQUEST)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable ASN1Primitive extension(
      X509Certificate certificate, ASN1ObjectIdentifier type) {
    byte[] value = certificate.getExtensionValue(type.getId());
    try {
      return value == null ? null : JcaX509ExtensionUtils.parseExtensionValue(value);
    } catch (IOException e) {
      return null;
    }
  }
}
