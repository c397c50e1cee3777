package io.postern.config;

import java.nio.file.Path;

/** Who takes messages of syslog, and how they are sent. */
public sealed interface SyslogServer {

  String EXPECTED = "udp://HOST:PORT, tcp://HOST:PORT or unix:PATH, such as unix:/dev/log";
  String REGEX = "(udp|tcp)://\\S+:[0-9]{1,5}|unix:/[^\\u0000]+";

  /** A datagram for each (RFC 5426). */
  record Udp(HostPort address) implements SyslogServer {
    @Override
    public String toString() {
      return "udp://" + address;
    }
  }

  /** A connection, each behind its length (RFC 6587 §3.4.1). */
  record Tcp(HostPort address) implements SyslogServer {
    @Override
    public String toString() {
      return "tcp://" + address;
    }
  }

  /** A datagram for each, to a socket of this machine. */
  record Unix(Path socket) implements SyslogServer {
    @Override
    public String toString() {
      return "unix:" + socket;
    }
  }

  /** Reads one as it is written. */
  static SyslogServer parse(String text) {
    if (!text.matches(REGEX)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    if (text.startsWith("unix:")) {
      return new Unix(Path.of(text.substring("unix:".length())));
    }
    HostPort address = HostPort.parse(text.substring("udp://".length()));
    return text.startsWith("udp:") ? new Udp(address) : new Tcp(address);
  }
}
