package io.postern.observe;

import io.postern.config.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** Messages of syslog as datagrams (RFC 5426): what the network loses, nobody counts. */
final class SyslogDatagrams implements SyslogLink {

  /** What fits behind the heads of IPv6 and UDP. */
  private static final int LONGEST = 65_535 - 40 - 8;

  private final DatagramChannel channel;

  SyslogDatagrams(HostPort server) throws IOException {
    InetSocketAddress address = resolved(server);
    channel = DatagramChannel.open();
    try {
      channel.connect(address);
    } catch (IOException failure) {
      close();
      throw failure;
    }
  }

  /** The address of a server; asks a name server where it has a name. */
  static InetSocketAddress resolved(HostPort server) throws IOException {
    InetSocketAddress address = new InetSocketAddress(server.host(), server.port());
    if (address.isUnresolved()) {
      throw new UnknownHostException("no address of " + server.host());
    }
    return address;
  }

  @Override
  public int longest() {
    return LONGEST;
  }

  @Override
  public int send(byte[] message, int length) throws IOException {
    try {
      write(message, length);
      return 0;
    } catch (PortUnreachableException _) {
      // It is the one before that found nobody. This one was not sent yet.
      write(message, length);
      return 1;
    }
  }

  private void write(byte[] message, int length) throws IOException {
    channel.write(ByteBuffer.wrap(message, 0, length));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException _) {
      // Nothing is lost with it.
    }
  }
}
