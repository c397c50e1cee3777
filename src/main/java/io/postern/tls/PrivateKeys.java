package io.postern.tls;

import io.postern.config.Secret;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.Provider;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys from PEM: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915), also behind a
 * block of EC parameters; encrypted as PKCS#8 (RFC 8018) or in OpenSSL's older way ({@code
 * Proc-Type: 4,ENCRYPTED}).
 */
final class PrivateKeys {

  private static final String EXPECTED = "a PEM private key: PKCS#8, PKCS#1 or SEC1";

  private PrivateKeys() {}

  /**
   * The first private key of what a file holds.
   *
   * @param objects as {@link PemFile#objects} has them
   * @param passphrase looked at only where the key is encrypted
   */
  static PrivateKey of(List<Object> objects, @Nullable Secret passphrase) throws UnusableFile {
    for (Object object : objects) {
      PrivateKeyInfo info = info(object, passphrase);
      if (info != null) {
        return convert(info);
      }
    }
    throw new UnusableFile(objects.isEmpty() ? "holds no PEM" : found(objects.get(0)), EXPECTED);
  }

  /** Whether it is one, encrypted or not. */
  static boolean isOne(Object object) {
    return object instanceof PrivateKeyInfo
        || object instanceof PEMKeyPair
        || object instanceof PKCS8EncryptedPrivateKeyInfo
        || object instanceof PEMEncryptedKeyPair;
  }

  private static @Nullable PrivateKeyInfo info(Object object, @Nullable Secret passphrase)
      throws UnusableFile {
    return switch (object) {
      case PrivateKeyInfo info -> info;
      case PEMKeyPair pair -> pair.getPrivateKeyInfo();
      case PKCS8EncryptedPrivateKeyInfo encrypted -> decrypt(encrypted, required(passphrase));
      case PEMEncryptedKeyPair encrypted -> decrypt(encrypted, required(passphrase));
      default -> null;
    };
  }

  private static char[] required(@Nullable Secret passphrase) throws UnusableFile {
    if (passphrase == null) {
      throw noPassphrase();
    }
    return passphrase.value().toCharArray();
  }

  // A wrong passphrase shows as bad padding or, once in 256 times, as bytes that are no key. An
  // unknown cipher shows before the passphrase is used.
  private static PrivateKeyInfo decrypt(PKCS8EncryptedPrivateKeyInfo encrypted, char[] passphrase)
      throws UnusableFile {
    try {
      return encrypted.decryptPrivateKeyInfo(
          new JceOpenSSLPKCS8DecryptorProviderBuilder()
              .setProvider(BouncyCastle.PROVIDER)
              .build(passphrase));
    } catch (OperatorCreationException e) {
      throw new UnusableFile("is encrypted in an unknown way: " + e.getMessage(), EXPECTED);
    } catch (PKCSException | RuntimeException e) {
      throw wrongPassphrase();
    }
  }

  private static PrivateKeyInfo decrypt(PEMEncryptedKeyPair encrypted, char[] passphrase)
      throws UnusableFile {
    try {
      return encrypted
          .decryptKeyPair(
              new JcePEMDecryptorProviderBuilder()
                  .setProvider(BouncyCastle.PROVIDER)
                  .build(passphrase))
          .getPrivateKeyInfo();
    } catch (IOException | RuntimeException e) {
      throw wrongPassphrase();
    }
  }

  static UnusableFile noPassphrase() {
    return new UnusableFile("is encrypted, and no passphrase is given", "a passphrase beside it");
  }

  static UnusableFile wrongPassphrase() {
    return new UnusableFile("does not open with this passphrase", "the passphrase of this key");
  }

  static PrivateKey convert(PrivateKeyInfo info) throws UnusableFile {
    try {
      return new JcaPEMKeyConverter().getPrivateKey(info);
    } catch (PEMException e) {
      throw new UnusableFile("holds a key of an unknown kind: " + e.getMessage(), EXPECTED);
    }
  }

  /** What knows all ciphers of OpenSSL, which the JDK does not. */
  static Provider provider() {
    return BouncyCastle.PROVIDER;
  }

  private static String found(Object object) {
    return switch (object) {
      case X509CertificateHolder _ -> "holds a certificate, not a private key";
      case SubjectPublicKeyInfo _ -> "holds a public key, not a private key";
      case PKCS10CertificationRequest _ -> "holds a certificate request, not a private key";
      default -> "holds no private key";
    };
  }

  /**
   * It takes some tens of milliseconds to set up, so it is made only where a key is encrypted; it
   * is not registered.
   */
  private static final class BouncyCastle {
    static final Provider PROVIDER = new BouncyCastleProvider();
  }
}
