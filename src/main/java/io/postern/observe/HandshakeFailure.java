package io.postern.observe;

/** Why a TLS handshake came to nothing. */
public enum HandshakeFailure {
  /** It did not end in the time of {@code timeouts.handshake}. */
  TIMEOUT,
  /** The client closed before its ClientHello was there: a TCP health check, a port scan. */
  NO_HELLO,
  /** The client closed after its ClientHello. */
  CLIENT_GONE,
  /** What came is not TLS. */
  NOT_TLS,
  /** No version, suite or group in common. */
  NOTHING_IN_COMMON,
  /** The client said no, mostly to the certificate. */
  REFUSED_BY_CLIENT,
  /** Anything else. */
  OTHER
}
