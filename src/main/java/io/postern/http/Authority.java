package io.postern.http;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A host, and perhaps a port (RFC 9110 §7.2, RFC 3986 §3.2), without user information.
 *
 * <p>Of what a registered name may have in RFC 3986, letters, digits and {@code - . _ ~} are taken.
 * Escapes and {@code ! $ & ' ( ) * + , ; =} stand in no name that can be resolved; a comma would
 * make two hosts of one in X-Forwarded-Host. An empty label is refused for the same reason. IPv6
 * addresses are not normalised, and zones and future literals are refused.
 *
 * @param text as the client wrote it; what is sent on
 * @param host lower case, an IPv6 address in its brackets, without the trailing dot; for matching
 * @param port 0 to 65535; -1 where there is none
 */
record Authority(AsciiString text, AsciiString host, int port) {

  /** As long as a name may be on the wire of the DNS (RFC 1035 §2.3.4). */
  private static final int MAX_HOST = 255;

  private static final int MAX_PORT = 65_535;
  private static final int NO_PORT = -1;
  private static final int BAD_PORT = -2;

  /** For each byte of a name its lower case, 0 where it may not stand in one. */
  private static final byte[] NAME = nameTable();

  /** Reads an authority, or answers null where it is none. */
  static @Nullable Authority parse(AsciiString text) {
    int offset = text.arrayOffset();
    return parse(text.array(), offset, offset + text.length());
  }

  /**
   * Reads an authority.
   *
   * @param bytes not changed; the parts are views of it
   * @return null where it is none
   */
  static @Nullable Authority parse(byte[] bytes, int from, int to) {
    boolean literal = from < to && bytes[from] == '[';
    int hostEnd = literal ? endOfAddress(bytes, from, to) : endOfName(bytes, from, to);
    if (hostEnd <= from || hostEnd - from > MAX_HOST) {
      return null;
    }
    int port = port(bytes, hostEnd, to);
    if (port == BAD_PORT) {
      return null;
    }
    int end = bytes[hostEnd - 1] == '.' ? hostEnd - 1 : hostEnd;
    AsciiString text = new AsciiString(bytes, from, to - from, false);
    AsciiString host = end == to ? text : new AsciiString(bytes, from, end - from, false);
    // A view of itself where no letter is a capital.
    return new Authority(text, host.toLowerCase(), port);
  }

  /**
   * Whether another names the same place.
   *
   * @param other null names none
   * @param usual the port where one is left out
   */
  boolean names(@Nullable Authority other, int usual) {
    return other != null && host.equals(other.host) && port(usual) == other.port(usual);
  }

  private int port(int usual) {
    return port == NO_PORT ? usual : port;
  }

  /** The end of a name; the start of it where it is none. */
  private static int endOfName(byte[] bytes, int from, int to) {
    int i = from;
    for (; i < to && bytes[i] != ':'; i++) {
      byte lower = NAME[bytes[i] & 0xFF];
      if (lower == 0 || (lower == '.' && (i == from || bytes[i - 1] == '.'))) {
        return from;
      }
    }
    return i;
  }

  /** The end of an IPv6 address with its brackets; the start of it where it is none. */
  private static int endOfAddress(byte[] bytes, int from, int to) {
    int i = from + 1;
    while (i < to && isOfAddress(bytes[i])) {
      i++;
    }
    if (i >= to || bytes[i] != ']') {
      return from;
    }
    String address = new String(bytes, from + 1, i - from - 1, StandardCharsets.US_ASCII);
    return NetUtil.isValidIpV6Address(address) ? i + 1 : from;
  }

  private static boolean isOfAddress(byte b) {
    return b == ':' || b == '.' || Character.digit(b, 16) >= 0;
  }

  private static int port(byte[] bytes, int from, int to) {
    if (from == to) {
      return NO_PORT;
    }
    if (bytes[from] != ':' || to - from > 6) {
      return BAD_PORT;
    }
    if (from + 1 == to) {
      return NO_PORT; // RFC 3986 §3.2.3: a colon with nothing behind it is the default port
    }
    long port = FieldRules.length(bytes, from + 1, to);
    return port < 0 || port > MAX_PORT ? BAD_PORT : (int) port;
  }

  private static byte[] nameTable() {
    byte[] table = new byte[256];
    for (int c = 0; c < 128; c++) {
      boolean letterOrDigit =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letterOrDigit || "-._~".indexOf(c) >= 0) {
        table[c] = (byte) Character.toLowerCase(c);
      }
    }
    return table;
  }
}
