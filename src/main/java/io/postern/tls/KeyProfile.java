package io.postern.tls;

import io.postern.tls.ClientHello.Codes;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import org.jspecify.annotations.Nullable;

/**
 * The keys that can be served, and what a client must offer for each. These are the ones that both
 * BoringSSL and Netty's choice of key material know: Netty asks for {@code RSA} and {@code EC}
 * only, so that an Ed25519 certificate would load and then fail every handshake.
 */
enum KeyProfile {
  P256(KeyType.ECDSA, 23, new Codes('\u0403')),
  P384(KeyType.ECDSA, 24, new Codes('\u0503')),
  P521(KeyType.ECDSA, 25, new Codes('\u0603')),
  RSA(KeyType.RSA, 0, new Codes('\u0804', '\u0805', '\u0806'));

  /** The shortest RSA key; no current client trusts a shorter one. */
  static final int MIN_RSA_BITS = 2048;

  private static final Codes ECDSA_SIGNATURES = new Codes('\u0403', '\u0503', '\u0603');
  private static final Codes RSA_SIGNATURES =
      new Codes('\u0401', '\u0501', '\u0601', '\u0804', '\u0805', '\u0806');

  private final KeyType type;
  private final int group;
  private final Codes tls13Signatures;

  KeyProfile(KeyType type, int group, Codes tls13Signatures) {
    this.type = type;
    this.group = group;
    this.tls13Signatures = tls13Signatures;
  }

  /** The profile of a certificate's key; null where it cannot be served. */
  static @Nullable KeyProfile of(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa when rsa.getAlgorithm().equals("RSA") ->
          rsa.getModulus().bitLength() < MIN_RSA_BITS ? null : RSA;
      case ECPublicKey ec ->
          switch (ec.getParams().getOrder().bitLength()) {
            case 256 -> P256;
            case 384 -> P384;
            case 521 -> P521;
            default -> null;
          };
      default -> null;
    };
  }

  KeyType type() {
    return type;
  }

  /** Whether a client can finish a handshake with a certificate of this key and these suites. */
  boolean suits(ClientHello hello, Suites suites) {
    return hello.offersTls13()
        ? tls13Signatures.meets(hello.signatureAlgorithms())
        : suitsTls12(hello, suites);
  }

  // TLS 1.2 names the kind of key in the cipher suite too, and the curve of the certificate's key
  // must be among the groups (RFC 8422 §5.1.1). What is not sent leaves the choice to us.
  private boolean suitsTls12(ClientHello hello, Suites suites) {
    boolean ecdsa = type == KeyType.ECDSA;
    Codes signatures = hello.signatureAlgorithms();
    return suites.with(type).meets(hello.cipherSuites())
        && (signatures.isEmpty() || (ecdsa ? ECDSA_SIGNATURES : RSA_SIGNATURES).meets(signatures))
        && (!ecdsa || hello.groups().isEmpty() || hello.groups().contains(group));
  }
}
