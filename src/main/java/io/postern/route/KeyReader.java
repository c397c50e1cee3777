package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.config.RequestKey;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import io.postern.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/** Reads the key of requests, by which the same is chosen for the same. Immutable and shared. */
public final class KeyReader {

  private static final AsciiString COOKIE = AsciiString.cached("cookie");

  private final RequestKey key;
  private final AsciiString name;

  private KeyReader(RequestKey key) {
    this.key = key;
    name = Utf8.bytes(key.name());
  }

  /** A reader of these keys. */
  public static KeyReader of(RequestKey key) {
    return new KeyReader(key);
  }

  /**
   * The key of a request; null where it has none.
   *
   * @param tenant who is calling; null where that is not known
   * @param client the client's address, as text
   */
  public @Nullable AsciiString read(RequestHead head, @Nullable Tenant tenant, AsciiString client) {
    return switch (key.kind()) {
      case REQUEST -> null;
      case TENANT -> tenant == null ? null : tenant.name();
      case SOURCE -> client;
      case PATH -> head.path();
      case HEADER -> head.fields().get(name);
      case COOKIE -> cookie(head.fields());
    };
  }

  /** The value of the first cookie of the name (RFC 6265 §4.2.1). */
  private @Nullable AsciiString cookie(Fields fields) {
    for (int at = fields.indexOf(COOKIE, 0); at >= 0; at = fields.indexOf(COOKIE, at + 1)) {
      AsciiString cookies = fields.value(at);
      int from = 0;
      while (from < cookies.length()) {
        int semicolon = cookies.indexOf(';', from);
        int to = semicolon < 0 ? cookies.length() : semicolon;
        while (from < to && cookies.byteAt(from) == ' ') {
          from++;
        }
        int value = from + name.length() + 1;
        if (value <= to
            && cookies.byteAt(value - 1) == '='
            && cookies.regionMatches(false, from, name, 0, name.length())) {
          return cookies.subSequence(value, to, false);
        }
        from = to + 1;
      }
    }
    return null;
  }

  /** As it is written in the config. */
  @Override
  public String toString() {
    return key.toString();
  }
}
