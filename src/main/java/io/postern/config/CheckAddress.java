package io.postern.config;

import org.jspecify.annotations.Nullable;

/**
 * An address that is given in part, written as {@code 8081}, {@code 10.0.0.1}, {@code [::1]} or
 * {@code name:8081}.
 *
 * @param host a name or a literal address, IPv6 without its brackets; null where none is given
 * @param port 1 to 65535; 0 where none is given
 */
public record CheckAddress(@Nullable String host, int port) {

  static final String EXPECTED = "a host, a port or both, such as 8081 or 10.0.0.1:8081";

  static CheckAddress parse(String text) {
    if (text.matches("[0-9]+")) {
      return new CheckAddress(null, HostPort.parse("any:" + text).port()).checked();
    }
    if (text.endsWith("]") || text.indexOf(':') < 0) {
      return new CheckAddress(HostPort.parse(text + ":0").host(), 0);
    }
    HostPort both = HostPort.parse(text);
    return new CheckAddress(both.host(), both.port()).checked();
  }

  private CheckAddress checked() {
    if (port == 0) {
      throw new IllegalArgumentException("a port from 1 to 65535");
    }
    return this;
  }

  @Override
  public String toString() {
    if (host == null) {
      return String.valueOf(port);
    }
    String both = new HostPort(host, port).toString();
    return port == 0 ? both.substring(0, both.length() - 2) : both;
  }
}
