package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.config.Template;
import io.postern.config.Variable;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.observe.ExchangeRecord;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The value of a field, made for each exchange from what is known of it. Immutable and shared.
 *
 * <p>Whatever a client sent, what comes out is visible ASCII and blanks between it: none of the
 * variables can have another byte, and if one had, a question mark would stand for it.
 */
final class FieldValue {

  private final List<Template.Part> parts;

  /** Where it is the same for every exchange. */
  private final @Nullable AsciiString constant;

  private FieldValue(Template template) {
    parts = template.parts();
    constant =
        parts.stream().allMatch(Template.Text.class::isInstance)
            ? trimmed(text(parts, new StringBuilder()))
            : null;
  }

  static FieldValue compile(Template template) {
    return new FieldValue(template);
  }

  private static StringBuilder text(List<Template.Part> parts, StringBuilder text) {
    parts.forEach(part -> text.append(((Template.Text) part).text()));
    return text;
  }

  /** The value for an exchange; null where it has variables, and none of them is known. */
  @Nullable AsciiString of(ExchangeRecord record) {
    if (constant != null) {
      return constant;
    }
    StringBuilder value = new StringBuilder(64);
    boolean known = false;
    for (int i = 0; i < parts.size(); i++) {
      switch (parts.get(i)) {
        case Template.Text(String text) -> value.append(text);
        case Variable variable -> {
          CharSequence told = told(variable, record);
          known |= !told.isEmpty();
          append(told, value);
        }
      }
    }
    return known ? trimmed(value) : null;
  }

  private static void append(CharSequence told, StringBuilder value) {
    for (int i = 0; i < told.length(); i++) {
      char c = told.charAt(i);
      value.append(c > ' ' && c < 0x7F ? c : '?');
    }
  }

  /** HTTP/2 has no white space around a value (RFC 9113 §8.2.1). */
  private static AsciiString trimmed(StringBuilder value) {
    return new AsciiString(value.toString().strip());
  }

  /** What a variable stands for; empty where that is not known. */
  private static CharSequence told(Variable variable, ExchangeRecord record) {
    DownstreamConnection connection = record.connection;
    CharSequence told =
        switch (variable) {
          case CLIENT_ADDRESS -> connection.clientIp();
          case CLIENT_PORT -> Integer.toString(connection.client().getPort());
          case TENANT -> record.tenant == null ? null : record.tenant.name();
          case VPCE -> connection.vpce();
          case LISTENER -> connection.listener();
          case ROUTE -> record.route;
          case POOL -> record.pool;
          case SERVER -> record.server;
          case HOST -> host(record.authority);
          case AUTHORITY -> record.authority;
          case METHOD -> record.method;
          case PATH -> record.target.subSequence(0, endOfPath(record.target), false);
          case QUERY -> query(record.target);
          case SCHEME -> connection.scheme();
          case PROTOCOL -> record.version.label();
          case REQUEST_ID -> record.requestId;
          case TLS_SNI, TLS_VERSION, TLS_CIPHER, TLS_GROUP, TLS_JA4 ->
              connection.tls() == null ? null : told(variable, connection.tls());
        };
    return told == null ? "" : told;
  }

  private static @Nullable CharSequence told(Variable variable, TlsSession tls) {
    Supplier<AsciiString> ja4 = tls.ja4();
    return switch (variable) {
      case TLS_SNI -> tls.serverName();
      case TLS_VERSION -> tls.version();
      case TLS_CIPHER -> tls.cipher();
      case TLS_GROUP -> tls.group();
      case TLS_JA4 -> ja4 == null ? null : ja4.get();
      default -> throw new IllegalArgumentException(variable + " is not of TLS");
    };
  }

  private static AsciiString host(AsciiString authority) {
    int colon = authority.lastIndexOf(":");
    boolean port = colon >= 0 && authority.indexOf(']', colon) < 0;
    return port ? authority.subSequence(0, colon, false) : authority;
  }

  private static int endOfPath(AsciiString target) {
    int question = target.indexOf('?', 0);
    return question < 0 ? target.length() : question;
  }

  private static AsciiString query(AsciiString target) {
    int path = endOfPath(target);
    return target.subSequence(Math.min(path + 1, target.length()), target.length(), false);
  }
}
