package io.postern.tls;

import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/** A server's certificate is not accepted; the message says why, for people, on one line. */
final class UnverifiedException extends CertificateException {

  private static final long serialVersionUID = 1L;

  UnverifiedException(String why, @Nullable Throwable cause) {
    super(why, cause);
  }
}
