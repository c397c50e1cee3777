package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.http.ClientCertificate;
import io.postern.http.ClientCertificate.Told;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server of the certificate that a client has shown, where the listener is asked to: its
 * subject, names, serial number and fingerprint, and it as a whole in Client-Cert (RFC 9440).
 */
final class CertificateFields {

  private CertificateFields() {}

  /** Whether a field is one of these, or what a server may take for one: clients send none. */
  static boolean isOne(AsciiString name) {
    // By length first: this looks at every field there is.
    return switch (name.length()) {
      case 11 -> FieldNames.isVariantOf(FieldNames.CLIENT_CERT, name);
      case 17 -> FieldNames.isVariantOf(FieldNames.CLIENT_CERT_CHAIN, name);
      case 27 -> FieldNames.isVariantOf(FieldNames.X_POSTERN_CERTIFICATE_NAMES, name);
      case 28 -> FieldNames.isVariantOf(FieldNames.X_POSTERN_CERTIFICATE_SERIAL, name);
      case 29 -> FieldNames.isVariantOf(FieldNames.X_POSTERN_CERTIFICATE_SUBJECT, name);
      case 33 -> FieldNames.isVariantOf(FieldNames.X_POSTERN_CERTIFICATE_FINGERPRINT, name);
      default -> false;
    };
  }

  static void add(Fields fields, @Nullable TlsSession tls) {
    ClientCertificate shown =
        tls == null || !tls.tellsCertificate() ? null : tls.clientCertificate();
    if (shown == null) {
      return;
    }
    Told told = shown.told();
    fields.add(FieldNames.CLIENT_CERT, told.whole());
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_SUBJECT, told.subject());
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_NAMES, told.names());
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_SERIAL, told.serial());
    fields.add(FieldNames.X_POSTERN_CERTIFICATE_FINGERPRINT, told.fingerprint());
  }
}
