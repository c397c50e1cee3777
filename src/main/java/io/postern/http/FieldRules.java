package io.postern.http;

import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * What may stand in a field, whichever version of HTTP brought it: values (RFC 9110 §5.5), lengths
 * (§8.6), lists (§5.6.1) and trailers (§6.5.1). Pure functions.
 */
final class FieldRules {

  /** {@link #length} of what is not a number. */
  static final long NOT_A_NUMBER = -1;

  /** {@link #length} of a number that a {@code long} cannot hold. */
  static final long TOO_LARGE = -2;

  /** How much of a peer's bytes a fault's detail shows. */
  private static final int SHOWN = 64;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;

  /** Added to a byte from 0x20 to 0x7F, it sets the high bit. */
  private static final long TO_HIGH_BIT = 0x6060606060606060L;

  private static final long HIGH_BITS = 0x8080808080808080L;

  /**
   * What would be dangerous from a sender that nobody looks at any more: it says who asks, how the
   * content is to be read, what connection it is for, or what this proxy knows of the client. The
   * sender may not put it there (RFC 9110 §6.5.1), and a server that merges trailers into the
   * fields would believe it.
   */
  private static final Set<AsciiString> DROPPED_FROM_TRAILERS =
      Set.of(
          FieldNames.AUTHORIZATION,
          FieldNames.PROXY_AUTHORIZATION,
          FieldNames.PROXY_AUTHENTICATE,
          FieldNames.WWW_AUTHENTICATE,
          FieldNames.COOKIE,
          FieldNames.SET_COOKIE,
          FieldNames.CACHE_CONTROL,
          FieldNames.CLIENT_CERT,
          FieldNames.CLIENT_CERT_CHAIN,
          FieldNames.CONTENT_ENCODING,
          FieldNames.CONTENT_RANGE,
          FieldNames.CONTENT_TYPE,
          FieldNames.EXPECT,
          FieldNames.FORWARDED,
          FieldNames.HTTP2_SETTINGS,
          FieldNames.IF_MATCH,
          FieldNames.IF_MODIFIED_SINCE,
          FieldNames.IF_NONE_MATCH,
          FieldNames.IF_RANGE,
          FieldNames.IF_UNMODIFIED_SINCE,
          FieldNames.LOCATION,
          FieldNames.MAX_FORWARDS,
          FieldNames.RANGE,
          FieldNames.RETRY_AFTER,
          FieldNames.TE,
          FieldNames.VARY,
          FieldNames.X_FORWARDED_FOR,
          FieldNames.X_FORWARDED_HOST,
          FieldNames.X_FORWARDED_PORT,
          FieldNames.X_FORWARDED_PROTO,
          FieldNames.X_POSTERN_CERTIFICATE_FINGERPRINT,
          FieldNames.X_POSTERN_CERTIFICATE_NAMES,
          FieldNames.X_POSTERN_CERTIFICATE_SERIAL,
          FieldNames.X_POSTERN_CERTIFICATE_SUBJECT,
          FieldNames.X_POSTERN_TENANT,
          FieldNames.X_POSTERN_VPCE,
          FieldNames.X_REQUEST_ID);

  private FieldRules() {}

  /**
   * The end of the text that begins at a place: the first byte that may not stand in a value. A tab
   * may, and so may the bytes from 0x80 (obs-text); no other control may, and not DEL.
   *
   * @return {@code to} where every byte is text
   */
  static int endOfText(byte[] bytes, int from, int to) {
    int i = from;
    while (i + Long.BYTES <= to) {
      long controls = controls((long) LONGS.get(bytes, i));
      if (controls == 0) {
        i += Long.BYTES;
        continue;
      }
      i += Long.numberOfTrailingZeros(controls) >>> 3;
      if (bytes[i] != '\t') {
        return i;
      }
      i++;
    }
    while (i < to && isText(bytes[i])) {
      i++;
    }
    return i;
  }

  /**
   * The high bit of every byte of eight that is below 0x20 or DEL; no sum carries into the next.
   */
  private static long controls(long eight) {
    long low = eight & ~HIGH_BITS;
    long printable = low + TO_HIGH_BIT;
    long delete = low + ONES;
    return (~printable | delete) & ~eight & HIGH_BITS;
  }

  /** Whether a byte may stand in a value. */
  static boolean isText(byte b) {
    return b >= 0x20 ? b != 0x7F : b < 0 || b == '\t';
  }

  /** Whether a byte is white space of a line (RFC 9110 §5.6.3). */
  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /**
   * Whether these bytes are a value as it must stand where nothing is trimmed, as in HTTP/2 (RFC
   * 9113 §8.2.1): text, without white space at either end.
   */
  static boolean isValue(byte[] bytes, int from, int to) {
    return endOfText(bytes, from, to) == to
        && (from == to || (!isBlank(bytes[from]) && !isBlank(bytes[to - 1])));
  }

  /**
   * Reads the value of Content-Length: digits and nothing else, no sign, no list.
   *
   * @return the bytes announced, {@link #NOT_A_NUMBER} or {@link #TOO_LARGE}
   */
  static long length(byte[] bytes, int from, int to) {
    long length = 0;
    for (int i = from; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return NOT_A_NUMBER;
      }
      if (length != TOO_LARGE) {
        boolean fits = length <= (Long.MAX_VALUE - digit) / 10;
        length = fits ? length * 10 + digit : TOO_LARGE;
      }
    }
    return from == to ? NOT_A_NUMBER : length;
  }

  /** Whether a comma-separated list has this member, whatever its case. */
  static boolean lists(AsciiString list, AsciiString member) {
    int length = list.length();
    for (int from = 0; from <= length; ) {
      int comma = list.indexOf(',', from);
      int to = comma < 0 ? length : comma;
      int next = to + 1;
      while (from < to && isBlank(list.byteAt(from))) {
        from++;
      }
      while (from < to && isBlank(list.byteAt(to - 1))) {
        to--;
      }
      if (to - from == member.length()
          && list.regionMatches(true, from, member, 0, member.length())) {
        return true;
      }
      from = next;
    }
    return false;
  }

  /**
   * Whether a field says how a connection is used, and so may not stand in HTTP/2 (RFC 9113
   * §8.2.2).
   */
  @SuppressWarnings("ReferenceEquality") // a known name is always the same object
  static boolean isOfConnection(AsciiString name) {
    return name == FieldNames.CONNECTION
        || name == FieldNames.KEEP_ALIVE
        || name == FieldNames.PROXY_CONNECTION
        || name == FieldNames.TRANSFER_ENCODING
        || name == FieldNames.UPGRADE;
  }

  /**
   * Whether some server takes a field for one that says where the content ends, though it is none
   * (RFC 9110 §17.10).
   */
  static boolean isFramingInDisguise(AsciiString name) {
    // By length first: most names are told apart by it, and this looks at every field there is.
    return switch (name.length()) {
      case 14 -> FieldNames.isVariantOf(FieldNames.CONTENT_LENGTH, name);
      case 17 -> FieldNames.isVariantOf(FieldNames.TRANSFER_ENCODING, name);
      default -> false;
    };
  }

  /**
   * Whether a trailer goes on (RFC 9110 §6.5.1). Names that servers take for each other are judged
   * alike.
   *
   * @param refusal throws the fault of one that is an attack
   */
  static boolean passesAsTrailer(AsciiString name, Refusal refusal) {
    AsciiString meant = FieldNames.plain(name);
    if (isOfFraming(meant)) {
      throw refusal.malformed("a trailer that frames the message: " + name);
    }
    return !isOfConnection(meant) && !DROPPED_FROM_TRAILERS.contains(meant);
  }

  /**
   * Whether a field says where a message goes or ends, so that a trailer of the name is an attack.
   */
  @SuppressWarnings("ReferenceEquality") // a known name is always the same object
  private static boolean isOfFraming(AsciiString name) {
    return name == FieldNames.CONTENT_LENGTH
        || name == FieldNames.TRANSFER_ENCODING
        || name == FieldNames.HOST
        || name == FieldNames.TRAILER;
  }

  /** A peer's text as a log may show it. */
  static String show(AsciiString text) {
    int offset = text.arrayOffset();
    return show(text.array(), offset, offset + text.length());
  }

  /** Bytes of a peer as a log may show them: in quotes, ASCII only, and not too many. */
  static String show(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder("'");
    for (int i = from; i < Math.min(to, from + SHOWN); i++) {
      int b = bytes[i] & 0xFF;
      if (b < 0x20 || b >= 0x7F || b == '\'' || b == '\\') {
        text.append("\\x%02x".formatted(b));
      } else {
        text.append((char) b);
      }
    }
    return text.append(to - from > SHOWN ? "…'" : "'").toString();
  }
}
