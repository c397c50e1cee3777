package io.postern.tls;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of a certificate: the DNS names and addresses among its subject alternative names,
 * never its common name (RFC 9525 §6.3). A star stands for exactly one whole label, the first.
 */
final class CertificateNames {

  /** Of a certificate for nobody. */
  static final CertificateNames NONE = new CertificateNames(Set.of());

  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  // The last label has a letter: an address in a DNS name is nobody's host.
  private static final Pattern HOST =
      Pattern.compile("(\\*\\.)?([a-z0-9_-]{1,63}\\.)*(?=[0-9_-]*[a-z])[a-z0-9_-]{1,63}");

  private final Set<String> all;
  private final Set<AsciiString> exact = new HashSet<>();
  private final Set<AsciiString> belowStar = new HashSet<>();

  private CertificateNames(Set<String> all) {
    this.all = all;
    for (String name : all) {
      if (name.startsWith("*.")) {
        belowStar.add(new AsciiString(name.substring(2)));
      } else {
        exact.add(new AsciiString(name));
      }
    }
  }

  /** The hosts of a certificate; perhaps none. */
  static CertificateNames of(X509Certificate certificate) throws CertificateParsingException {
    Set<String> names = new LinkedHashSet<>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
      String name = name((Integer) alternative.get(0), alternative.get(1));
      if (name != null) {
        names.add(name);
      }
    }
    return new CertificateNames(names);
  }

  /** Every name in lower case: {@code api.example.com}, {@code *.example.com}, an address. */
  Set<String> all() {
    return all;
  }

  /**
   * Whether the certificate is good for a host.
   *
   * @param host of any case, without a port; an IPv6 address with or without its brackets; a dot at
   *     the end does not count
   */
  boolean covers(AsciiString host) {
    AsciiString name = normal(host);
    if (exact.contains(name)) {
      return true;
    }
    int dot = name.indexOf('.', 0);
    return dot > 0 && belowStar.contains(name.subSequence(dot + 1, name.length(), false));
  }

  private static @Nullable String name(int type, Object value) {
    String text = value.toString().toLowerCase(Locale.ROOT);
    return switch (type) {
      case DNS_NAME -> HOST.matcher(text).matches() ? text : null;
      case IP_ADDRESS -> address(text);
      default -> null;
    };
  }

  /** An address in the one way of RFC 5952; null where it is none. */
  private static @Nullable String address(String text) {
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
    return bytes == null ? null : NetUtil.bytesToIpAddress(bytes);
  }

  /** In lower case, without a dot at its end; an address in its one way, without brackets. */
  static AsciiString normal(AsciiString host) {
    AsciiString lower = host.toLowerCase();
    int length = lower.length();
    if (lower.indexOf(':', 0) >= 0) {
      String address = address(lower.toString());
      return address == null ? lower : new AsciiString(address);
    }
    return length > 1 && lower.charAt(length - 1) == '.'
        ? lower.subSequence(0, length - 1, false)
        : lower;
  }
}
