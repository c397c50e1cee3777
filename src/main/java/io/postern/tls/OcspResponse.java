package io.postern.tls;

import io.postern.tls.UnusableResponse.Why;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.SingleResp;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/**
 * That a certificate is good, as its issuer or a delegate of that says (RFC 6960); looked at once,
 * before it is stapled for the first time. Immutable.
 *
 * @param bytes its DER, which nobody changes
 * @param since from when it counts
 * @param until when it expires: a newer one is to be had by then
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record OcspResponse(byte[] bytes, Instant since, Instant until) {

  /** More is read of none: those of authorities have some hundred bytes to a few thousand. */
  static final int MAX_BYTES = 64 * 1024;

  /** By so much the clock of a responder may be ahead of ours. */
  private static final Duration SKEW = Duration.ofMinutes(5);

  private static final String SIGNERS =
      "the signature of the certificate's issuer, or of one that it has issued a certificate for"
          + " OCSP signing";

  private static final DigestCalculatorProvider DIGESTS = digests();

  private static DigestCalculatorProvider digests() {
    try {
      return new JcaDigestCalculatorProviderBuilder().build();
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every JDK has digests", e);
    }
  }

  /** Whether it may be stapled. */
  boolean isCurrent(Instant now) {
    return now.isBefore(until);
  }

  /**
   * The question that a responder is asked (RFC 6960 §4.1), with SHA-1 as RFC 5019 §2.1.1 has it.
   */
  static byte[] request(X509Certificate certificate, X509Certificate issuer) {
    try {
      CertificateID id =
          new CertificateID(
              DIGESTS.get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE)),
              new JcaX509CertificateHolder(issuer),
              certificate.getSerialNumber());
      return new OCSPReqBuilder().addRequest(id).build().getEncoded();
    } catch (OCSPException | OperatorCreationException | IOException | GeneralSecurityException e) {
      throw new IllegalStateException("a request of ours does not encode", e);
    }
  }

  /**
   * Looks at what a responder has said.
   *
   * @param issuer of the certificate
   * @throws UnusableResponse where it must not be stapled
   */
  static OcspResponse check(
      byte[] bytes, X509Certificate certificate, X509Certificate issuer, Instant now)
      throws UnusableResponse {
    if (bytes.length > MAX_BYTES) {
      throw UnusableResponse.bad("is too large for an OCSP response", MAX_BYTES + " bytes at most");
    }
    try {
      BasicOCSPResp basic = successful(bytes);
      X509CertificateHolder by = new JcaX509CertificateHolder(issuer);
      SingleResp about = about(basic, certificate, by);
      Instant signerUntil = signerUntil(basic, by, now);
      checkStatus(about);
      Instant until = nextUpdate(about);
      return current(
          new OcspResponse(
              bytes,
              about.getThisUpdate().toInstant(),
              until.isBefore(signerUntil) ? until : signerUntil),
          now);
    } catch (IOException | OCSPException | GeneralSecurityException | RuntimeException e) {
      // Bouncy Castle throws many kinds at what is not well-formed.
      throw UnusableResponse.bad("is not an OCSP response", "one in DER");
    }
  }

  private static BasicOCSPResp successful(byte[] bytes)
      throws IOException, OCSPException, UnusableResponse {
    // Reads to the end: clients would stumble over anything behind it.
    OCSPResp response = new OCSPResp(OCSPResponse.getInstance(ASN1Primitive.fromByteArray(bytes)));
    if (response.getStatus() != OCSPResp.SUCCESSFUL) {
      throw UnusableResponse.bad(
          "says nothing of the certificate, but "
              + switch (response.getStatus()) {
                case OCSPResp.MALFORMED_REQUEST -> "malformedRequest";
                case OCSPResp.INTERNAL_ERROR -> "internalError";
                case OCSPResp.TRY_LATER -> "tryLater";
                case OCSPResp.SIG_REQUIRED -> "sigRequired";
                case OCSPResp.UNAUTHORIZED -> "unauthorized";
                default -> "status " + response.getStatus();
              },
          "");
    }
    if (response.getResponseObject() instanceof BasicOCSPResp basic) {
      return basic;
    }
    throw UnusableResponse.bad("is not a basic OCSP response", "id-pkix-ocsp-basic");
  }

  private static SingleResp about(
      BasicOCSPResp basic, X509Certificate certificate, X509CertificateHolder issuer)
      throws OCSPException, UnusableResponse {
    for (SingleResp each : basic.getResponses()) {
      CertificateID id = each.getCertID();
      boolean known =
          id.getHashAlgOID().equals(OIWObjectIdentifiers.idSHA1)
              || id.getHashAlgOID().equals(NISTObjectIdentifiers.id_sha256);
      if (known
          && id.getSerialNumber().equals(certificate.getSerialNumber())
          && id.matchesIssuer(issuer, DIGESTS)) {
        return each;
      }
    }
    throw UnusableResponse.bad(
        "is about another certificate",
        "one about serial " + certificate.getSerialNumber().toString(16));
  }

  /** Until when the signature counts: a delegate's certificate has an end of its own. */
  private static Instant signerUntil(BasicOCSPResp basic, X509CertificateHolder issuer, Instant now)
      throws OCSPException, UnusableResponse {
    if (isSigned(basic, issuer)) {
      return issuer.getNotAfter().toInstant();
    }
    for (X509CertificateHolder each : basic.getCerts()) {
      if (mayAnswerFor(issuer, each) && each.isValidOn(Date.from(now)) && isSigned(basic, each)) {
        return each.getNotAfter().toInstant();
      }
    }
    throw UnusableResponse.bad("is not signed by one who may", SIGNERS);
  }

  private static boolean isSigned(BasicOCSPResp basic, X509CertificateHolder by) {
    try {
      return basic.isSignatureValid(verifier(by));
    } catch (OCSPException | GeneralSecurityException | OperatorCreationException | IOException e) {
      return false;
    }
  }

  /** RFC 6960 §4.2.2.2: whom the issuer itself has given a certificate for that. */
  private static boolean mayAnswerFor(X509CertificateHolder issuer, X509CertificateHolder other) {
    Extension usage = other.getExtension(Extension.extendedKeyUsage);
    try {
      return usage != null
          && ExtendedKeyUsage.getInstance(usage.getParsedValue())
              .hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)
          && other.getIssuer().equals(issuer.getSubject())
          && other.isSignatureValid(verifier(issuer));
    } catch (CertException | GeneralSecurityException | OperatorCreationException | IOException e) {
      return false;
    }
  }

  private static ContentVerifierProvider verifier(X509CertificateHolder of)
      throws GeneralSecurityException, OperatorCreationException, IOException {
    return new JcaContentVerifierProviderBuilder().build(of);
  }

  private static void checkStatus(SingleResp about) throws UnusableResponse {
    if (about.getCertStatus() instanceof RevokedStatus revoked) {
      throw UnusableResponse.revoked(
          "says that the certificate was revoked at " + revoked.getRevocationTime().toInstant(),
          "a new certificate",
          about.getThisUpdate().toInstant());
    }
    if (about.getCertStatus() != null) { // which is how good is told
      throw UnusableResponse.bad("says that the certificate is not known", "");
    }
  }

  private static Instant nextUpdate(SingleResp about) throws UnusableResponse {
    Date next = about.getNextUpdate();
    if (next == null) {
      throw UnusableResponse.bad("does not say until when it is good", "one with nextUpdate");
    }
    return next.toInstant();
  }

  private static OcspResponse current(OcspResponse response, Instant now) throws UnusableResponse {
    if (response.since().isAfter(now.plus(SKEW))) {
      throw new UnusableResponse(Why.NOT_YET, "is good from " + response.since(), "one of now");
    }
    if (!response.isCurrent(now)) {
      throw new UnusableResponse(Why.EXPIRED, "expired at " + response.until(), "a newer one");
    }
    return response;
  }
}
