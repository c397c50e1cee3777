package io.postern.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where clients come in: at an address that we bind, at a socket that was bound for us, or at a
 * file. The first two are the values of {@code bind}.
 */
public sealed interface Bind {

  /** In words, for messages. */
  String EXPECTED =
      "an IP address and a port, such as 0.0.0.0:443 or [::]:443, or systemd: and the name of a"
          + " socket";

  /** The two ways in which it is written. */
  String REGEX = "(\\[[0-9A-Fa-f:.]+\\]|[0-9.]+):[0-9]{1,5}|" + Passed.REGEX;

  /** Reads {@code 0.0.0.0:443}, {@code [::]:443} or {@code systemd:edge}. */
  static Bind parse(String text) {
    return text.startsWith(Passed.SCHEME) ? Passed.parse(text) : Address.parse(text);
  }

  /**
   * An address to listen on.
   *
   * @param host a literal IPv4 or IPv6 address, without brackets
   * @param port 0 for any free one
   */
  record Address(String host, int port) implements Bind {

    /** Reads {@code 0.0.0.0:443} or {@code [::]:443}. */
    public static Address parse(String text) {
      HostPort parsed = hostPort(text);
      if (IpLiteral.of(parsed.host()) == null) {
        throw new IllegalArgumentException(EXPECTED);
      }
      return new Address(parsed.host(), parsed.port());
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

  /**
   * A listening socket that the service manager passes to the process.
   *
   * @param name what FileDescriptorName of the socket's unit says: visible ASCII without colons
   */
  record Passed(String name) implements Bind {

    private static final String SCHEME = "systemd:";
    private static final String REGEX = SCHEME + "[!-9;-~]{1,255}";
    private static final Pattern WRITTEN = Pattern.compile(REGEX);

    private static Passed parse(String text) {
      if (!WRITTEN.matcher(text).matches()) {
        throw new IllegalArgumentException(EXPECTED);
      }
      return new Passed(text.substring(SCHEME.length()));
    }

    @Override
    public String toString() {
      return SCHEME + name;
    }
  }

  /**
   * A unix socket, for processes of this machine.
   *
   * @param file made when it is bound, see unix(7)
   */
  record Unix(Path file) implements Bind {

    private static final String SCHEME = "unix:";

    @Override
    public String toString() {
      return SCHEME + file;
    }
  }
}
