package io.postern.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What gRPC says in the fields of HTTP ({@code PROTOCOL-HTTP2.md} of gRPC). Pure functions. */
public final class Grpc {

  /** {@link #timeoutNanos} of what is none. */
  public static final long NO_TIMEOUT = -1;

  static final AsciiString CONTENT_TYPE = AsciiString.cached("application/grpc");

  private static final int MOST_DIGITS = 8;
  private static final long MOST = 99_999_999;
  private static final String UNITS = "numSMH";
  private static final TimeUnit[] TIMES = {
    TimeUnit.NANOSECONDS,
    TimeUnit.MICROSECONDS,
    TimeUnit.MILLISECONDS,
    TimeUnit.SECONDS,
    TimeUnit.MINUTES,
    TimeUnit.HOURS
  };

  private Grpc() {}

  /**
   * Whether a request is a gRPC call: by its Content-Type, whatever the messages are coded in, and
   * not gRPC-Web, which is another protocol.
   */
  public static boolean isCall(Fields request) {
    AsciiString type = request.get(FieldNames.CONTENT_TYPE);
    if (type == null || !type.regionMatches(true, 0, CONTENT_TYPE, 0, CONTENT_TYPE.length())) {
      return false;
    }
    return type.length() == CONTENT_TYPE.length()
        || "+; \t".indexOf(type.charAt(CONTENT_TYPE.length())) >= 0;
  }

  /**
   * The time that a {@code grpc-timeout} gives: at most eight digits and one of the units {@code H
   * M S m u n}.
   *
   * @return nanoseconds, at most what a {@code long} holds; {@link #NO_TIMEOUT} for anything else
   */
  public static long timeoutNanos(AsciiString value) {
    int digits = value.length() - 1;
    if (digits < 1 || digits > MOST_DIGITS) {
      return NO_TIMEOUT;
    }
    long number = 0;
    for (int i = 0; i < digits; i++) {
      int digit = value.byteAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return NO_TIMEOUT;
      }
      number = 10 * number + digit;
    }
    int unit = UNITS.indexOf(value.charAt(digits));
    return unit < 0 ? NO_TIMEOUT : TIMES[unit].toNanos(number);
  }

  /** A {@code grpc-timeout} of so much time, or a little less where eight digits are too few. */
  public static AsciiString timeout(long nanos) {
    int unit = 0;
    while (TIMES[unit].convert(nanos, TimeUnit.NANOSECONDS) > MOST) {
      unit++;
    }
    long number = TIMES[unit].convert(nanos, TimeUnit.NANOSECONDS);
    return AsciiString.of(Long.toString(number) + UNITS.charAt(unit));
  }

  /** A {@code grpc-message}: its UTF-8, with escapes for all but printable ASCII. */
  static AsciiString message(String text) {
    StringBuilder encoded = new StringBuilder(text.length() + 16);
    for (byte b : text.getBytes(UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        encoded.append((char) b);
      } else {
        encoded.append(String.format(Locale.ROOT, "%%%02X", b & 0xFF));
      }
    }
    return AsciiString.of(encoded);
  }
}
