package io.postern.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.OpenSsl;
import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLContext;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * Whether a private key is that of a certificate. BoringSSL computes the public half from the
 * private one and compares it. The JDK would have to sign and verify, which takes 100 ms of a start
 * and gives its compiler a second of work; it does so only where there is no BoringSSL.
 */
final class KeyPairs {

  private KeyPairs() {}

  static boolean belong(PrivateKey key, X509Certificate certificate) {
    if (!key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm())) {
      return false;
    }
    try {
      return OpenSsl.isAvailable() ? isTaken(key, certificate) : isVerified(key, certificate);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean isTaken(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    long keys = pem("PRIVATE KEY", key.getEncoded());
    long certificates = pem("CERTIFICATE", certificate.getEncoded());
    long context = 0;
    long connection = 0;
    long parsedKey = 0;
    long parsedChain = 0;
    try {
      context = SSLContext.make(SSL.SSL_PROTOCOL_TLSV1_2, SSL.SSL_MODE_SERVER);
      connection = SSL.newSSL(context, true);
      parsedKey = SSL.parsePrivateKey(keys, null);
      parsedChain = SSL.parseX509Chain(certificates);
      SSL.setKeyMaterial(connection, parsedChain, parsedKey);
      return true;
    } catch (Exception e) { // the only type that is declared: what BoringSSL says is in the message
      return false;
    } finally {
      SSL.freeBIO(keys);
      SSL.freeBIO(certificates);
      if (parsedChain != 0) {
        SSL.freeX509Chain(parsedChain);
      }
      if (parsedKey != 0) {
        SSL.freePrivateKey(parsedKey);
      }
      if (connection != 0) {
        SSL.freeSSL(connection);
      }
      if (context != 0) {
        SSLContext.free(context);
      }
    }
  }

  private static long pem(String label, byte[] content) throws GeneralSecurityException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(content), label);
    ByteBuf bytes = Unpooled.directBuffer();
    try {
      bytes.writeCharSequence(text, StandardCharsets.US_ASCII);
      long bio = SSL.newMemBIO();
      SSL.bioWrite(bio, bytes.memoryAddress(), bytes.readableBytes());
      return bio;
    } catch (Exception e) { // the only type that is declared
      throw new GeneralSecurityException(e);
    } finally {
      bytes.setZero(0, bytes.writerIndex()); // it may have been a key
      bytes.release();
    }
  }

  private static boolean isVerified(PrivateKey key, X509Certificate certificate)
      throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
    byte[] text = {1};
    signature.initSign(key);
    signature.update(text);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(text);
    return signature.verify(signed);
  }
}
