package io.postern.config;

/**
 * A host and a port.
 *
 * @param host a name or a literal address, IPv6 without its brackets
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {

  private static final String NAME =
      "[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*";

  /** Reads {@code name:port}, {@code 10.0.0.1:port} or {@code [::1]:port}. */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0 || colon == text.length() - 1) {
      throw new IllegalArgumentException("a host and a port, such as 10.0.0.1:8080");
    }
    return new HostPort(host(text.substring(0, colon)), port(text.substring(colon + 1)));
  }

  /** Whether a text is a host name or an IP address, an IPv6 address without brackets. */
  static boolean isHost(String text) {
    return text.matches("[0-9.]+")
        ? IpLiteral.v4(text) != null
        : (text.length() <= 253 && text.matches(NAME)) || IpLiteral.v6(text) != null;
  }

  private static String host(String text) {
    if (text.startsWith("[") && text.endsWith("]")) {
      String address = text.substring(1, text.length() - 1);
      if (IpLiteral.v6(address) == null) {
        throw new IllegalArgumentException("an IPv6 address in the brackets");
      }
      return address;
    }
    if (text.indexOf(':') >= 0) {
      throw new IllegalArgumentException("a host and a port, an IPv6 address in brackets");
    }
    if (!isHost(text)) {
      throw new IllegalArgumentException("a host name or an address before the port");
    }
    return text;
  }

  private static int port(String digits) {
    if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65535) {
      throw new IllegalArgumentException("a port from 0 to 65535");
    }
    return Integer.parseInt(digits);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
