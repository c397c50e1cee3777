package io.postern.tls;

import java.security.cert.CertificateException;

/** A server's certificate is not accepted; the message says why, for people, on one line. */
final class UnverifiedException extends CertificateException {

  private static final long serialVersionUID = 1L;

  UnverifiedException(String why, Throwable cause) {
    super(why, cause);
  }
}
