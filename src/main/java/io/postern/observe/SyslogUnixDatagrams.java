package io.postern.observe;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * Messages of syslog as datagrams to a socket of this machine, such as {@code /dev/log}. The JDK
 * has none of these, so they are Netty's, without an event loop.
 */
final class SyslogUnixDatagrams implements SyslogLink {

  /** The kernel keeps some ten messages for whoever reads, who is to get some time for more. */
  private static final int MOST_WAITS = 1000;

  private static final long WAIT_NANOS = 1_000_000;

  /** Below what the kernel lets a socket send by default, 208 KiB with what it needs itself. */
  private static final int LONGEST = 128 * 1024;

  private final byte[] path;
  private final Socket socket;
  private ByteBuffer direct = ByteBuffer.allocateDirect(8 * 1024);

  SyslogUnixDatagrams(Path path) throws IOException {
    try {
      Epoll.ensureAvailability();
    } catch (LinkageError failure) {
      throw new IOException("no Unix sockets on this system: " + failure.getMessage(), failure);
    }
    this.path = path.toString().getBytes(StandardCharsets.UTF_8);
    this.socket = Socket.newSocketDomainDgram();
  }

  @Override
  public int longest() {
    return LONGEST;
  }

  @Override
  public int send(byte[] message, int length) throws IOException {
    if (direct.capacity() < length) {
      direct = ByteBuffer.allocateDirect(2 * length);
    }
    direct.clear().put(message, 0, length);
    for (int waits = 0; socket.sendToDomainSocket(direct, 0, length, path) == 0; waits++) {
      if (waits == MOST_WAITS) {
        throw new IOException("it does not read for a second");
      }
      LockSupport.parkNanos(this, WAIT_NANOS);
    }
    return 0;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // Nothing is lost with it.
    }
  }
}
