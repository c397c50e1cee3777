package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.http.DownstreamConnection;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import io.postern.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * Tells the server who is calling: X-Forwarded-For, -Proto, -Host and -Port, and Forwarded (RFC
 * 7239), of the client's connection and of the authority as it was sent; X-Postern-Vpce and
 * X-Postern-Tenant, where they are known; what {@link CertificateFields} has; X-Request-Id; and
 * Via.
 *
 * <p>What the client sent of these is dropped, of X-Postern-Vpce and X-Postern-Tenant too, and also
 * where a name has something else in place of a hyphen: servers make the same variable of both.
 */
public final class ForwardedFields {

  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");
  private static final AsciiString PORT_80 = AsciiString.cached("80");
  private static final AsciiString PORT_443 = AsciiString.cached("443");

  private ForwardedFields() {}

  /**
   * Changes the fields of a request, after {@link HopByHop#remove}.
   *
   * <p>A request without an authority, as HTTP/1.0 allows, gets no X-Forwarded-Host.
   *
   * @param tenant who is calling, as far as that is known
   * @param id of the request
   */
  public static void set(
      RequestHead head, DownstreamConnection connection, @Nullable Tenant tenant, AsciiString id) {
    Fields fields = head.fields();
    drop(fields);
    AsciiString scheme = connection.tls() == null ? HTTP : HTTPS;
    fields.add(FieldNames.X_FORWARDED_FOR, connection.clientIp());
    fields.add(FieldNames.X_FORWARDED_PROTO, scheme);
    if (!head.authority().isEmpty()) {
      fields.add(FieldNames.X_FORWARDED_HOST, head.authority());
    }
    fields.add(FieldNames.X_FORWARDED_PORT, port(connection.local().getPort()));
    fields.add(
        FieldNames.FORWARDED, Forwarded.value(connection.clientIp(), head.authority(), scheme));
    if (connection.vpce() != null) {
      fields.add(FieldNames.X_POSTERN_VPCE, connection.vpce());
    }
    if (tenant != null) {
      fields.add(FieldNames.X_POSTERN_TENANT, tenant.name());
    }
    fields.add(FieldNames.X_REQUEST_ID, id);
    CertificateFields.add(fields, connection.tls());
    Via.append(fields, head.version());
  }

  private static void drop(Fields fields) {
    int i = 0;
    while (i < fields.size()) {
      AsciiString name = fields.name(i);
      if (tellsWhoIsCalling(name)) {
        fields.remove(name); // all of the name, and none of it stood before this one
      } else {
        i++;
      }
    }
  }

  private static boolean tellsWhoIsCalling(AsciiString name) {
    // By length first: most names are told apart by it, and this looks at every field there is.
    return switch (name.length()) {
      case 9 -> name.equals(FieldNames.FORWARDED);
      case 12 -> FieldNames.isVariantOf(FieldNames.X_REQUEST_ID, name);
      case 14 -> FieldNames.isVariantOf(FieldNames.X_POSTERN_VPCE, name);
      case 15 -> FieldNames.isVariantOf(FieldNames.X_FORWARDED_FOR, name);
      case 16 ->
          FieldNames.isVariantOf(FieldNames.X_FORWARDED_HOST, name)
              || FieldNames.isVariantOf(FieldNames.X_FORWARDED_PORT, name)
              || FieldNames.isVariantOf(FieldNames.X_POSTERN_TENANT, name);
      case 17 ->
          FieldNames.isVariantOf(FieldNames.X_FORWARDED_PROTO, name)
              || CertificateFields.isOne(name);
      default -> CertificateFields.isOne(name);
    };
  }

  private static AsciiString port(int port) {
    return switch (port) {
      case 443 -> PORT_443;
      case 80 -> PORT_80;
      default -> new AsciiString(Integer.toString(port));
    };
  }
}
