package io.postern.filter;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes one element of a Forwarded field (RFC 7239 §4). It runs for each request. */
final class Forwarded {

  private static final byte[] FOR = ascii("for=");
  private static final byte[] HOST = ascii(";host=");
  private static final byte[] PROTO = ascii(";proto=");

  private byte[] bytes;
  private int length;

  private Forwarded(int capacity) {
    bytes = new byte[capacity];
  }

  /**
   * {@code for=…;host=…;proto=…}, without {@code host} where there is no authority.
   *
   * @param client an IP address, IPv6 without brackets
   * @param authority as the client sent it; may be empty
   */
  static AsciiString value(AsciiString client, AsciiString authority, AsciiString scheme) {
    // Quotes, brackets and names take 26; what must be escaped makes room for itself.
    Forwarded value = new Forwarded(32 + client.length() + authority.length());
    value.put(FOR);
    value.node(client);
    if (!authority.isEmpty()) {
      value.put(HOST);
      value.tokenOrQuoted(authority);
    }
    value.put(PROTO);
    value.put(scheme);
    return new AsciiString(value.bytes, 0, value.length, false);
  }

  /** RFC 7239 §6: an IPv6 address is bracketed and, for its colons, quoted. */
  private void node(AsciiString client) {
    if (client.indexOf(':', 0) < 0) {
      put(client);
      return;
    }
    put('"');
    put('[');
    put(client);
    put(']');
    put('"');
  }

  private void tokenOrQuoted(AsciiString text) {
    for (int i = 0; i < text.length(); i++) {
      if (!isUsualInToken(text.byteAt(i))) {
        quoted(text);
        return;
      }
    }
    put(text);
  }

  private void quoted(AsciiString text) {
    put('"');
    for (int i = 0; i < text.length(); i++) {
      byte b = text.byteAt(i);
      if (b == '"' || b == '\\') {
        put('\\');
      }
      put((char) b);
    }
    put('"');
  }

  /** Of the bytes of a token those that host names have; others are as right in quotes. */
  private static boolean isUsualInToken(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || b == '-'
        || b == '.'
        || b == '_';
  }

  private void put(AsciiString text) {
    reserve(text.length());
    text.copy(0, bytes, length, text.length());
    length += text.length();
  }

  private void put(byte[] text) {
    reserve(text.length);
    System.arraycopy(text, 0, bytes, length, text.length);
    length += text.length;
  }

  private void put(char c) {
    reserve(1);
    bytes[length++] = (byte) c;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * (length + more));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
