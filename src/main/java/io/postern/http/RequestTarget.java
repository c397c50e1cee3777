package io.postern.http;

import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for (RFC 9112 §3.2): a path in origin form, a whole URI of http or https, or
 * the asterisk of OPTIONS. It is sent on as it came; the normalised {@link #path} is what routes
 * and rules see, so everything that servers are known to read differently from each other is
 * refused.
 *
 * <ul>
 *   <li>Bytes: what RFC 3986 allows, and what clients send beside it: {@code | " < > { } ^ ` [ ]}.
 *       No space, control, or byte from 0x80; no {@code #}, for a fragment is never sent. A
 *       backslash may stand in the query, but not in the path, where some servers make it a slash.
 *   <li>Escapes in the path are well formed; of slashes, backslashes and controls they are refused.
 *       The others are all decoded, as the server will, so that no rule is passed by an escape.
 *       They need not be UTF-8. Escapes in the query are left alone and not looked at.
 *   <li>Dot segments, escaped or not, are removed (RFC 3986 §5.2.4), and refused where they climb
 *       above the root, have a parameter ({@code ..;x}, which some servers take off first), or
 *       remove an empty segment, which is not there for a server that merges slashes.
 *   <li>Empty segments stay: {@code //} is a part of object keys.
 * </ul>
 *
 * @param target path and query as the client wrote them, or {@code *}
 * @param path the normalised path, or {@code *}: decoded bytes, of which some may be from 0x80
 * @param query what follows the first {@code ?}; empty where nothing does
 * @param authority of a whole URI; null in the other forms, so that a codec that wants no whole
 *     URI, as of {@code :path} in HTTP/2, refuses what has one
 */
record RequestTarget(
    AsciiString target, AsciiString path, AsciiString query, @Nullable Authority authority) {

  private static final AsciiString ASTERISK = AsciiString.cached("*");
  private static final AsciiString ROOT = AsciiString.cached("/");
  private static final AsciiString HTTP = AsciiString.cached("http://");
  private static final AsciiString HTTPS = AsciiString.cached("https://");

  private static final byte REFUSED = 0;
  private static final byte PLAIN = 1;
  private static final byte LOOK = 2;

  /** For each byte whether it may stand in a target, and whether the path is then looked at. */
  private static final byte[] CLASS = classTable();

  /**
   * Reads a target.
   *
   * @param bytes not changed; the parts are views of it wherever nothing changes
   * @param options whether the method is OPTIONS
   * @throws FaultException with {@link Reason#BAD_TARGET}
   */
  static RequestTarget parse(byte[] bytes, int start, int end, boolean options) {
    if (start < end && bytes[start] == '/') {
      return origin(bytes, start, end, null);
    }
    if (options && end - start == 1 && bytes[start] == '*') {
      return asterisk(null);
    }
    return absolute(bytes, start, end, options);
  }

  private static RequestTarget asterisk(@Nullable Authority authority) {
    return new RequestTarget(ASTERISK, ASTERISK, AsciiString.EMPTY_STRING, authority);
  }

  private static RequestTarget origin(
      byte[] bytes, int start, int end, @Nullable Authority authority) {
    boolean plain = true;
    int i = start;
    for (; i < end; i++) {
      byte b = bytes[i];
      byte kind = CLASS[b & 0xFF];
      if (kind == PLAIN) {
        continue;
      }
      if (b == '?') {
        break;
      }
      if (kind == REFUSED || b == '\\') {
        throw badByte(bytes, i, start, end);
      }
      plain &= b == '.' && bytes[i - 1] != '/';
    }
    AsciiString target = new AsciiString(bytes, start, end - start, false);
    AsciiString raw = i == end ? target : new AsciiString(bytes, start, i - start, false);
    AsciiString query = query(bytes, i + 1, start, end);
    AsciiString path = plain ? raw : TargetPath.normalise(bytes, start, i);
    return new RequestTarget(target, path, query, authority);
  }

  private static AsciiString query(byte[] bytes, int from, int start, int end) {
    for (int i = from; i < end; i++) {
      if (CLASS[bytes[i] & 0xFF] == REFUSED) {
        throw badByte(bytes, i, start, end);
      }
    }
    return from >= end ? AsciiString.EMPTY_STRING : new AsciiString(bytes, from, end - from, false);
  }

  /** RFC 9112 §3.2.2, and §3.2.4 for an OPTIONS of a whole server. */
  private static RequestTarget absolute(byte[] bytes, int start, int end, boolean options) {
    AsciiString uri = new AsciiString(bytes, start, end - start, false);
    int from = start + schemeLength(uri);
    if (from == start) {
      throw refuse("neither a path nor a URI of http", bytes, start, end);
    }
    int to = from;
    while (to < end && bytes[to] != '/' && bytes[to] != '?') {
      to++;
    }
    Authority authority = Authority.parse(bytes, from, to);
    if (authority == null) {
      throw refuse("not a host in", bytes, start, end);
    }
    if (to < end && bytes[to] == '/') {
      return origin(bytes, to, end, authority);
    }
    if (to == end) {
      return options
          ? asterisk(authority)
          : new RequestTarget(ROOT, ROOT, AsciiString.EMPTY_STRING, authority);
    }
    byte[] rooted = new byte[end - to + 1];
    rooted[0] = '/';
    System.arraycopy(bytes, to, rooted, 1, end - to);
    return origin(rooted, 0, rooted.length, authority);
  }

  private static int schemeLength(AsciiString uri) {
    if (uri.regionMatches(true, 0, HTTP, 0, HTTP.length())) {
      return HTTP.length();
    }
    return uri.regionMatches(true, 0, HTTPS, 0, HTTPS.length()) ? HTTPS.length() : 0;
  }

  static FaultException refuse(String why, byte[] bytes, int start, int end) {
    return new FaultException(Reason.BAD_TARGET, why + " " + FieldRules.show(bytes, start, end));
  }

  private static FaultException badByte(byte[] bytes, int at, int start, int end) {
    return refuse("the byte 0x%02x in".formatted(bytes[at] & 0xFF), bytes, start, end);
  }

  private static byte[] classTable() {
    byte[] table = new byte[256];
    for (int c = 0x21; c < 0x7F; c++) {
      table[c] = PLAIN;
    }
    table['#'] = REFUSED;
    table['%'] = LOOK;
    table['.'] = LOOK;
    table['?'] = LOOK;
    table['\\'] = LOOK;
    return table;
  }
}
