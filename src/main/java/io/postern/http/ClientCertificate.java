package io.postern.http;

import io.netty.util.AsciiString;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * The certificate that a client has shown and that was accepted, in words.
 *
 * @param subject as RFC 2253 writes it; empty where it has none
 * @param names its subject alternative names, such as {@code DNS:agent.example.com} and {@code
 *     URI:spiffe://example.com/agent}
 * @param serial its serial number in hexadecimal
 * @param fingerprint SHA-256 of it in hexadecimal
 * @param field it as a whole, as {@code Client-Cert} has it (RFC 9440 §2.2)
 */
public record ClientCertificate(
    String subject, List<String> names, String serial, String fingerprint, AsciiString field) {

  /** Reads a certificate. */
  public static ClientCertificate of(X509Certificate certificate) {
    try {
      byte[] encoded = certificate.getEncoded();
      return new ClientCertificate(
          certificate.getSubjectX500Principal().getName(),
          names(certificate),
          certificate.getSerialNumber().toString(16),
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded)),
          new AsciiString(":" + Base64.getEncoder().encodeToString(encoded) + ":"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was accepted cannot be read", e);
    }
  }

  private static List<String> names(X509Certificate certificate)
      throws CertificateParsingException {
    List<String> names = new ArrayList<>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    for (List<?> each : alternatives == null ? List.<List<?>>of() : alternatives) {
      String type =
          switch ((Integer) each.get(0)) {
            case 1 -> "email:";
            case 2 -> "DNS:";
            case 6 -> "URI:";
            case 7 -> "IP:";
            default -> null;
          };
      if (type != null) {
        String name = String.valueOf(each.get(1));
        names.add(type + (type.equals("DNS:") ? name.toLowerCase(Locale.ROOT) : name));
      }
    }
    return List.copyOf(names);
  }
}
