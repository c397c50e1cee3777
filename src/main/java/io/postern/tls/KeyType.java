package io.postern.tls;

/** The two kinds of key that a certificate of ours may have. */
public enum KeyType {
  /** Elliptic curve: small, and the cheaper one to sign with by far. */
  ECDSA,
  /** For clients that know nothing else. */
  RSA
}
