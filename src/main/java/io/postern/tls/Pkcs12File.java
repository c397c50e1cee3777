package io.postern.tls;

import io.postern.config.Secret;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.pkcs.PKCS12PfxPdu;
import org.bouncycastle.pkcs.PKCS12SafeBag;
import org.bouncycastle.pkcs.PKCS12SafeBagFactory;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilderProvider;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Reads PKCS#12 files (RFC 7292): a private key and the certificates for it under one passphrase,
 * as {@code openssl pkcs12 -export}, in its old way too, {@code keytool} and Windows write them.
 */
final class Pkcs12File {

  private static final String EXPECTED = "a PEM or PKCS#12 file";

  private final PKCS12PfxPdu file;
  private final @Nullable Secret passphrase;
  private final InputDecryptorProvider decryptor;
  private final List<PrivateKeyInfo> keys = new ArrayList<>();
  private final List<X509CertificateHolder> certificates = new ArrayList<>();

  private Pkcs12File(PKCS12PfxPdu file, @Nullable Secret passphrase) {
    this.file = file;
    this.passphrase = passphrase;
    this.decryptor = characters().length == 0 ? ofNoPassphrase() : decryptor(characters());
  }

  private static InputDecryptorProvider decryptor(char... passphrase) {
    return new JcePKCSPBEInputDecryptorProviderBuilder()
        .setProvider(PrivateKeys.provider())
        .setTryWrongPKCS12Zero(true) // the empty passphrase of OpenSSL is not that of others
        .build(passphrase);
  }

  /** Bouncy Castle takes no empty one for PBES2, where a zero is the same: HMAC pads with them. */
  private static InputDecryptorProvider ofNoPassphrase() {
    return how ->
        (how.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2) ? decryptor('\0') : decryptor())
            .get(how);
  }

  /** Whether a file is one: a sequence that begins with the number 3, its version. */
  static boolean isOne(byte[] content) {
    if (content.length < 2 || content[0] != 0x30) {
      return false;
    }
    int more = content[1] < 0 ? content[1] & 0x7f : 0; // of the length, which may be indefinite
    int at = 2 + more;
    return at + 2 < content.length
        && content[at] == 2
        && content[at + 1] == 1
        && content[at + 2] == 3;
  }

  /**
   * What a file holds, as {@link PemFile#objects} has it: its one key in plain, and the
   * certificates, that of the key first and its issuers after it; others follow as they stand.
   *
   * @param passphrase null where it has none, or an empty one
   */
  static List<Object> objects(byte[] content, @Nullable Secret passphrase) throws UnusableFile {
    try {
      Pkcs12File file = new Pkcs12File(new PKCS12PfxPdu(content), passphrase);
      file.read();
      return file.inOrder();
    } catch (IOException | PKCSException | RuntimeException e) {
      // Bouncy Castle throws all three at what it cannot read.
      throw new UnusableFile("is not a PKCS#12 file that can be read: " + e.getMessage(), EXPECTED);
    }
  }

  private void read() throws UnusableFile, PKCSException {
    checkPassphrase();
    for (ContentInfo each : file.getContentInfos()) {
      for (PKCS12SafeBag bag : bags(each)) {
        switch (bag.getBagValue()) {
          case PrivateKeyInfo key -> keys.add(key);
          case PKCS8EncryptedPrivateKeyInfo key -> keys.add(decrypted(key));
          case X509CertificateHolder certificate -> certificates.add(certificate);
          default -> {} // lists of what was revoked, and secrets of other kinds
        }
      }
    }
  }

  private void checkPassphrase() throws UnusableFile, PKCSException {
    if (!isProven()) {
      return;
    }
    JcePKCS12MacCalculatorBuilderProvider macs =
        new JcePKCS12MacCalculatorBuilderProvider().setProvider(PrivateKeys.provider());
    if (!file.isMacValid(macs, characters())) {
      throw PrivateKeys.wrongPassphrase();
    }
  }

  /**
   * Whether the passphrase is looked at first. What nobody had to know anything to make proves
   * nothing, and is not made the same by all.
   */
  private boolean isProven() {
    return passphrase != null && !passphrase.value().isEmpty() && file.hasMac();
  }

  private PKCS12SafeBag[] bags(ContentInfo content) throws UnusableFile {
    if (!content.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
      return new PKCS12SafeBagFactory(content).getSafeBags();
    }
    try {
      return new PKCS12SafeBagFactory(content, decryptor).getSafeBags();
    } catch (PKCSException | RuntimeException e) {
      throw locked(e);
    }
  }

  private PrivateKeyInfo decrypted(PKCS8EncryptedPrivateKeyInfo key) throws UnusableFile {
    try {
      return key.decryptPrivateKeyInfo(decryptor);
    } catch (PKCSException | RuntimeException e) {
      throw locked(e);
    }
  }

  private char[] characters() {
    return passphrase == null ? new char[0] : passphrase.value().toCharArray();
  }

  private UnusableFile locked(Exception e) {
    if (isProven()) {
      return new UnusableFile("is encrypted in an unknown way: " + e.getMessage(), EXPECTED);
    }
    return passphrase == null ? PrivateKeys.noPassphrase() : PrivateKeys.wrongPassphrase();
  }

  private List<Object> inOrder() throws UnusableFile {
    if (keys.size() != 1) {
      throw new UnusableFile(
          keys.isEmpty() ? "holds no private key" : "holds " + keys.size() + " private keys",
          "a PKCS#12 file with one private key and its certificates");
    }
    List<Object> objects = new ArrayList<>(keys);
    List<X509CertificateHolder> left = new ArrayList<>(certificates);
    X509CertificateHolder next = ofKey(PrivateKeys.convert(keys.getFirst()));
    while (next != null) {
      objects.add(next);
      left.remove(next);
      next = issuer(next, left);
    }
    objects.addAll(left);
    return objects;
  }

  private @Nullable X509CertificateHolder ofKey(PrivateKey key) throws UnusableFile {
    for (X509CertificateHolder each : certificates) {
      if (KeyPairs.belong(key, PemFile.certificate(each))) {
        return each;
      }
    }
    return null;
  }

  /** By signature: two authorities may have the same name. */
  private static @Nullable X509CertificateHolder issuer(
      X509CertificateHolder of, List<X509CertificateHolder> among) throws UnusableFile {
    X509Certificate certificate = PemFile.certificate(of);
    for (X509CertificateHolder each : among) {
      if (CertificateFiles.issued(PemFile.certificate(each), certificate)) {
        return each;
      }
    }
    return null;
  }
}
