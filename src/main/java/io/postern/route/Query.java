package io.postern.route;

import io.netty.util.AsciiString;

/**
 * Reads query parameters as forms write them (the URL Standard, application/x-www-form-urlencoded):
 * {@code name=value} between ampersands, a plus for a space, escapes decoded. An escape that is
 * none stands for itself. A name without a value has an empty one.
 */
final class Query {

  private Query() {}

  /** Whether a parameter of this name has a value that meets a test. */
  static boolean anyValue(AsciiString query, AsciiString name, ValueTest test) {
    int from = 0;
    while (from < query.length()) {
      int to = indexOrEnd(query, '&', from, query.length());
      int equals = indexOrEnd(query, '=', from, to);
      if (to > from
          && isName(query, from, equals, name)
          && test.meets(decode(query, Math.min(equals + 1, to), to))) {
        return true;
      }
      from = to + 1;
    }
    return false;
  }

  private static int indexOrEnd(AsciiString text, char c, int from, int end) {
    int at = from;
    while (at < end && text.byteAt(at) != c) {
      at++;
    }
    return at;
  }

  private static boolean isName(AsciiString query, int from, int to, AsciiString name) {
    int i = from;
    for (int n = 0; n < name.length(); n++) {
      if (i >= to || decoded(query, i, to) != name.byteAt(n)) {
        return false;
      }
      i += width(query, i, to);
    }
    return i == to;
  }

  /** The decoded text; a view of the query where nothing in it is encoded. */
  private static AsciiString decode(AsciiString query, int from, int to) {
    int plain = from;
    while (plain < to && query.byteAt(plain) != '%' && query.byteAt(plain) != '+') {
      plain++;
    }
    if (plain == to) {
      return query.subSequence(from, to, false);
    }
    byte[] bytes = new byte[to - from];
    int length = 0;
    for (int i = from; i < to; i += width(query, i, to)) {
      bytes[length++] = decoded(query, i, to);
    }
    return new AsciiString(bytes, 0, length, false);
  }

  /** The byte that is written at a place. */
  private static byte decoded(AsciiString query, int at, int end) {
    byte b = query.byteAt(at);
    if (b == '+') {
      return ' ';
    }
    if (width(query, at, end) == 1) {
      return b;
    }
    return (byte) (digit(query, at + 1) << 4 | digit(query, at + 2));
  }

  /** How many bytes the one at a place is written with. */
  private static int width(AsciiString query, int at, int end) {
    boolean escape =
        query.byteAt(at) == '%'
            && at + 2 < end
            && digit(query, at + 1) >= 0
            && digit(query, at + 2) >= 0;
    return escape ? 3 : 1;
  }

  private static int digit(AsciiString query, int at) {
    return Character.digit(query.byteAt(at), 16);
  }
}
