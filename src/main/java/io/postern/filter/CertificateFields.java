package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.http.ClientCertificate;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server of the certificate that a client has shown, where the listener is asked to: its
 * subject, names, serial number and fingerprint, and it as a whole in Client-Cert (RFC 9440).
 */
final class CertificateFields {

  private static final AsciiString CLIENT_CERT_CHAIN = AsciiString.cached("client-cert-chain");

  private static final List<AsciiString> ALL =
      List.of(
          FieldNames.CLIENT_CERT,
          CLIENT_CERT_CHAIN,
          FieldNames.X_POSTERN_CERTIFICATE_SUBJECT,
          FieldNames.X_POSTERN_CERTIFICATE_NAMES,
          FieldNames.X_POSTERN_CERTIFICATE_SERIAL,
          FieldNames.X_POSTERN_CERTIFICATE_FINGERPRINT);

  private CertificateFields() {}

  /** Whether a field is one of these, or what a server may take for one: clients send none. */
  static boolean isOne(AsciiString name) {
    // By length first: this looks at every field there is.
    return switch (name.length()) {
      case 11, 17, 27, 28, 29, 33 ->
          ALL.stream().anyMatch(each -> FieldNames.isVariantOf(each, name));
      default -> false;
    };
  }

  static void add(Fields fields, @Nullable TlsSession tls) {
    ClientCertificate shown =
        tls == null || !tls.tellsCertificate() ? null : tls.clientCertificate();
    if (shown == null) {
      return;
    }
    fields.add(FieldNames.CLIENT_CERT, shown.field());
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_SUBJECT, printable(shown.subject()));
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_NAMES, printable(String.join(", ", shown.names())));
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_SERIAL, new AsciiString(shown.serial()));
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_FINGERPRINT, new AsciiString(shown.fingerprint()));
  }

  /** What is not printable ASCII, and the percent sign, as the percent-encoding of its UTF-8. */
  private static AsciiString printable(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      if (each >= ' ' && each <= '~' && each != '%') {
        printable.append((char) each);
      } else {
        printable.append('%').append(HexFormat.of().withUpperCase().toHexDigits(each));
      }
    }
    return new AsciiString(printable);
  }
}
