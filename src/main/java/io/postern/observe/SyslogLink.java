package io.postern.observe;

import io.postern.config.SyslogServer;
import java.io.IOException;

/**
 * A way to a server of syslog. Where the server does not take what it is sent, a call waits for it,
 * a second or two at most. Belongs to the thread that writes the log.
 */
interface SyslogLink extends AutoCloseable {

  /**
   * Sends a message, or keeps it until {@link #flush}.
   *
   * @return how many messages before it have turned out to be lost
   */
  int send(byte[] message, int length) throws IOException;

  /** How long a message may be, in bytes. */
  default int longest() {
    return Integer.MAX_VALUE;
  }

  /** Sends what was kept; where that fails, all that was sent since the last call may be lost. */
  default void flush() throws IOException {}

  /** Whether it is still of use, as far as that can be told without waiting. */
  default boolean isOpen() {
    return true;
  }

  @Override
  void close();

  /** Opens a way to a server; takes a few seconds at most. */
  static SyslogLink open(SyslogServer server) throws IOException {
    return switch (server) {
      case SyslogServer.Udp udp -> new SyslogDatagrams(udp.address());
      case SyslogServer.Tcp tcp -> new SyslogStream(tcp.address());
      case SyslogServer.Unix unix -> new SyslogUnixDatagrams(unix.socket());
    };
  }
}
