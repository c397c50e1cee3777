package io.postern.config;

import java.net.InetAddress;

/**
 * An address to listen on.
 *
 * @param host a literal IPv4 or IPv6 address, without brackets
 * @param port 0 for any free one
 */
public record Bind(String host, int port) {

  /** In words, for messages. */
  static final String EXPECTED = "an IP address and a port, such as 0.0.0.0:443 or [::]:443";

  /** Reads {@code 0.0.0.0:443} or {@code [::]:443}. */
  public static Bind parse(String text) {
    HostPort parsed = hostPort(text);
    if (IpLiteral.of(parsed.host()) == null) {
      throw new IllegalArgumentException(EXPECTED);
    }
    return new Bind(parsed.host(), parsed.port());
  }

  private static HostPort hostPort(String text) {
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(EXPECTED, e);
    }
  }

  /** Whether only this machine can reach it. */
  boolean isLoopback() {
    InetAddress address = IpLiteral.of(host);
    return address != null && address.isLoopbackAddress();
  }

  @Override
  public String toString() {
    return new HostPort(host, port).toString();
  }
}
