package io.postern.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMParser;

/**
 * Reads PEM files (RFC 7468). What is not asked for is passed over, so that a certificate and its
 * key may stand in one file, as HAProxy wants them.
 */
final class PemFile {

  private PemFile() {}

  /** All certificates of a file, in its order; at least one. */
  static List<X509Certificate> certificates(Path file) throws UnusableFile {
    return certificates(objects(file));
  }

  /** All certificates among what a file holds; at least one. */
  static List<X509Certificate> certificates(List<Object> objects) throws UnusableFile {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Object object : objects) {
      if (object instanceof X509CertificateHolder holder) {
        certificates.add(certificate(holder));
      }
    }
    if (certificates.isEmpty()) {
      throw new UnusableFile("holds no certificate", "PEM certificates, the host's own first");
    }
    return List.copyOf(certificates);
  }

  /** All that stands between PEM lines, as Bouncy Castle's objects. */
  static List<Object> objects(Path file) throws UnusableFile {
    return objects(content(file, "a PEM file"));
  }

  /** The same of what was read already. */
  static List<Object> objects(byte[] content) throws UnusableFile {
    // Latin-1 reads any bytes: a DER file has to get as far as "no certificate", not to fail here.
    String text = new String(content, StandardCharsets.ISO_8859_1);
    try (PEMParser parser = new PEMParser(new StringReader(text))) {
      List<Object> objects = new ArrayList<>();
      for (Object object = parser.readObject(); object != null; object = parser.readObject()) {
        objects.add(object);
      }
      return objects;
    } catch (IOException | RuntimeException e) {
      // The parser throws a few of both at what is no PEM.
      throw new UnusableFile("is not valid PEM: " + e.getMessage(), "a PEM file");
    }
  }

  /**
   * The bytes of a file.
   *
   * @param expected what it should be, in words
   */
  static byte[] content(Path file, String expected) throws UnusableFile {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UnusableFile("does not exist", expected);
    } catch (AccessDeniedException e) {
      throw new UnusableFile("may not be read by this user", "a file that it may read");
    } catch (IOException e) {
      throw new UnusableFile("cannot be read: " + e.getMessage(), expected);
    }
  }

  static X509Certificate certificate(X509CertificateHolder holder) throws UnusableFile {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(holder.getEncoded()));
    } catch (IOException | CertificateException e) {
      throw new UnusableFile(
          "holds a certificate that cannot be read: " + e.getMessage(), "X.509 certificates");
    }
  }
}
