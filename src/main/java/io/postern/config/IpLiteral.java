package io.postern.config;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IP addresses as they are written, without a look-up and without Netty, which may be starting. */
final class IpLiteral {

  private static final String PART = "(0|[1-9][0-9]{0,2})";
  private static final Pattern V4 = Pattern.compile(PART + "(\\." + PART + "){3}");
  private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

  private IpLiteral() {}

  /** Four decimal numbers; null for anything else. */
  static @Nullable InetAddress v4(String text) {
    return V4.matcher(text).matches() ? literal(text) : null;
  }

  /** As RFC 4291 §2.2 has it, without brackets and zone; null for anything else. */
  static @Nullable InetAddress v6(String text) {
    return V6.matcher(text).matches() ? literal(text) : null;
  }

  /** Either; null where it is neither. */
  static @Nullable InetAddress of(String text) {
    return text.indexOf(':') < 0 ? v4(text) : v6(text);
  }

  /** An address as RFC 5952 has it: the longest run of zeros is left out. */
  static String text(InetAddress address) {
    String full = address.getHostAddress();
    for (int zeros = 8; zeros > 1; zeros--) {
      String shorter = full.replaceFirst("(^|:)0(:0){" + (zeros - 1) + "}(:|$)", "::");
      if (!shorter.equals(full)) {
        return shorter;
      }
    }
    return full;
  }

  private static @Nullable InetAddress literal(String text) {
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
