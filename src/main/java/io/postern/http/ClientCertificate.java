package io.postern.http;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
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
import java.util.Objects;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that a client has shown and that was accepted, in words.
 *
 * @param subject as RFC 2253 writes it; empty where it has none
 * @param names its subject alternative names, such as {@code DNS:agent.example.com} and {@code
 *     URI:spiffe://example.com/agent}
 * @param serial its serial number in hexadecimal
 * @param fingerprint SHA-256 of it in hexadecimal
 * @param told all that as servers are told it
 */
public record ClientCertificate(
    String subject, List<String> names, String serial, String fingerprint, Told told) {

  /**
   * The values of fields, made once for all requests of a connection. Whatever is not printable
   * ASCII, and the percent sign, is there as the percent-encoding of its UTF-8.
   *
   * @param subject as {@link ClientCertificate#subject}
   * @param names with a comma and a space between them; a comma in one is encoded too
   * @param serial as {@link ClientCertificate#serial}
   * @param fingerprint as {@link ClientCertificate#fingerprint}
   * @param whole the certificate, as {@code Client-Cert} has it (RFC 9440 §2.2)
   */
  public record Told(
      AsciiString subject,
      AsciiString names,
      AsciiString serial,
      AsciiString fingerprint,
      AsciiString whole) {}

  /** Reads a certificate. */
  public static ClientCertificate of(X509Certificate certificate) {
    try {
      byte[] encoded = certificate.getEncoded();
      String subject = certificate.getSubjectX500Principal().getName();
      List<String> names = names(certificate);
      String serial = certificate.getSerialNumber().toString(16);
      String fingerprint =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(encoded));
      Told told =
          new Told(
              new AsciiString(printable(subject)),
              new AsciiString(
                  names.stream()
                      .map(name -> printable(name).replace(",", "%2C"))
                      .collect(Collectors.joining(", "))),
              new AsciiString(serial),
              new AsciiString(fingerprint),
              new AsciiString(":" + Base64.getEncoder().encodeToString(encoded) + ":"));
      return new ClientCertificate(subject, names, serial, fingerprint, told);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was accepted cannot be read", e);
    }
  }

  /** The common name in its subject; null where it has none. */
  public @Nullable String commonName() {
    try {
      return new LdapName(subject)
          .getRdns().reversed().stream()
              .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
              .map(rdn -> rdn.getValue() instanceof String name ? name : null)
              .filter(Objects::nonNull)
              .findFirst()
              .orElse(null);
    } catch (InvalidNameException e) {
      return null;
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

  private static String printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      if (each >= ' ' && each <= '~' && each != '%') {
        printable.append((char) each);
      } else {
        printable.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    return printable.toString();
  }
}
