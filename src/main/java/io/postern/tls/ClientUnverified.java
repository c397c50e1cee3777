package io.postern.tls;

import io.netty.internal.tcnative.CertificateVerifier;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.security.auth.x500.X500Principal;

/** A client's certificate is not accepted. Its message says why, for an operator. */
final class ClientUnverified extends CertificateException {

  private static final long serialVersionUID = 1L;

  /** What makes BoringSSL send the alert that fits (RFC 8446 §6.2). */
  private final int code;

  private ClientUnverified(int code, String message) {
    super(message);
    this.code = code;
  }

  int code() {
    return code;
  }

  static ClientUnverified expired(X509Certificate certificate) {
    return new ClientUnverified(
        CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED,
        subject(certificate) + " expired at " + certificate.getNotAfter().toInstant());
  }

  static ClientUnverified notYetValid(X509Certificate certificate) {
    return new ClientUnverified(
        CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID,
        subject(certificate) + " is not valid before " + certificate.getNotBefore().toInstant());
  }

  static ClientUnverified revoked(X509Certificate certificate, Instant since) {
    return new ClientUnverified(
        CertificateVerifier.X509_V_ERR_CERT_REVOKED,
        "%s (serial %x) was revoked at %s"
            .formatted(subject(certificate), certificate.getSerialNumber(), since));
  }

  static ClientUnverified unknownState(X509Certificate certificate, X500Principal issuer) {
    return new ClientUnverified(
        CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_CRL,
        "whether %s was revoked is not known: there is no CRL of %s that is signed by it and not out of date"
            .formatted(subject(certificate), issuer.getName()));
  }

  static ClientUnverified untrusted(X509Certificate[] chain) {
    X509Certificate last = chain[chain.length - 1];
    X500Principal issuer = last.getIssuerX500Principal();
    boolean selfSigned = chain.length == 1 && issuer.equals(last.getSubjectX500Principal());
    return new ClientUnverified(
        CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        selfSigned
            ? subject(chain[0]) + " is self-signed and not trusted"
            : subject(chain[0])
                + " leads to no authority that is trusted: "
                + issuer.getName()
                + " is none, or an issuer between them was not sent");
  }

  static ClientUnverified beyondItsBounds(X509Certificate issuer) {
    int most = issuer.getBasicConstraints();
    String what =
        switch (most) {
          case -1 -> "is no authority";
          case 0 -> "may have no authority below it";
          default -> "may have no more than " + most + " authorities below it";
        };
    return new ClientUnverified(
        CertificateVerifier.X509_V_ERR_PATH_LENGTH_EXCEEDED,
        subject(issuer) + " " + what + ", by its basic constraints");
  }

  static ClientUnverified unfit(X509Certificate certificate, String why) {
    return new ClientUnverified(
        CertificateVerifier.X509_V_ERR_INVALID_PURPOSE, subject(certificate) + " " + why);
  }

  private static String subject(X509Certificate certificate) {
    String name = certificate.getSubjectX500Principal().getName();
    return name.isEmpty() ? "a certificate without a subject" : name;
  }
}
