package io.postern.http;

import org.jspecify.annotations.Nullable;

/** The version in the first line of a message (RFC 9112 §2.3); case counts. */
final class VersionToken {

  /** How many bytes it has. */
  static final int LENGTH = 8;

  private static final byte[] PREFIX = {'H', 'T', 'T', 'P', '/'};

  private VersionToken() {}

  /** The version that these bytes name; null where it is none of HTTP/1. */
  static @Nullable HttpVersion read(byte[] bytes, int from, int to) {
    if (!isVersion(bytes, from, to) || bytes[from + 5] != '1') {
      return null;
    }
    return switch (bytes[from + 7]) {
      case '1' -> HttpVersion.HTTP_1_1;
      case '0' -> HttpVersion.HTTP_1_0;
      default -> null;
    };
  }

  /** Whether these bytes name any version of HTTP at all. */
  static boolean isVersion(byte[] bytes, int from, int to) {
    if (to - from != LENGTH) {
      return false;
    }
    for (int i = 0; i < PREFIX.length; i++) {
      if (bytes[from + i] != PREFIX[i]) {
        return false;
      }
    }
    return isDigit(bytes[from + 5]) && bytes[from + 6] == '.' && isDigit(bytes[from + 7]);
  }

  /** Whether a byte is a decimal digit. */
  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }
}
