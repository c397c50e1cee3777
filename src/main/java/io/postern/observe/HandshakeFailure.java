package io.postern.observe;

/** Why a TLS handshake came to nothing. */
public enum HandshakeFailure {
  /** It did not end in the time of {@code timeouts.handshake}. */
  TIMEOUT,
  /** The client closed before its ClientHello was there: a TCP health check, a port scan. */
  NO_HELLO,
  /** The client closed after its ClientHello, and nothing was computed for it. */
  GONE_BEFORE_TURN,
  /** The client closed after its ClientHello was worked on. */
  CLIENT_GONE,
  /** What came is not TLS. */
  NOT_TLS,
  /** No version, suite, group or signature algorithm in common. */
  NOTHING_IN_COMMON,
  /** No certificate is for the host of SNI, and {@code tls.strictSni} is set. */
  UNKNOWN_NAME,
  /** The client showed no certificate, and one is required. */
  CERTIFICATE_MISSING,
  /** The client's certificate is not accepted; the log says why. */
  CERTIFICATE_REFUSED,
  /** The client said no, mostly to the certificate. */
  REFUSED_BY_CLIENT,
  /** Anything else. */
  OTHER
}
