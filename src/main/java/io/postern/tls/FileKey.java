package io.postern.tls;

import java.security.PrivateKey;
import java.security.PublicKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/**
 * A private key as a file holds it.
 *
 * @param itsPublic the public key that stands with it (RFC 8017 §A.1.2, RFC 5915 §3); null where
 *     the file leaves it out, as it may
 */
record FileKey(PrivateKey key, @Nullable SubjectPublicKeyInfo itsPublic) {

  /** Whether the file itself says that it is the private key of this one. */
  boolean isOf(PublicKey other) {
    return itsPublic != null
        && itsPublic
            .getPublicKeyData()
            .equals(SubjectPublicKeyInfo.getInstance(other.getEncoded()).getPublicKeyData());
  }
}
