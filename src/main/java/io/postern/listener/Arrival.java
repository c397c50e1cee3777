package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who has come and where to: as the socket says, or as a PROXY header tells of a client behind a
 * load balancer.
 *
 * @param client the address of the client
 * @param local the address that the client connected to
 * @param vpce the AWS VPC endpoint that it came through; null where nobody has named one
 * @param user the process that came by a unix socket; null by any other
 */
record Arrival(
    InetSocketAddress client,
    InetSocketAddress local,
    @Nullable AsciiString vpce,
    @Nullable String user) {

  /** Of both ends of a unix socket, which have none. */
  private static final InetSocketAddress HERE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** What the socket says; null where the client is gone already. */
  static @Nullable Arrival of(Channel channel) {
    if (UnixPeer.isOne(channel)) {
      return new Arrival(HERE, HERE, null, UnixPeer.of(channel));
    }
    InetSocketAddress client = (InetSocketAddress) channel.remoteAddress();
    InetSocketAddress local = (InetSocketAddress) channel.localAddress();
    return client == null || local == null ? null : new Arrival(client, local, null, null);
  }

  /** Whom a PROXY header tells of. */
  static Arrival told(
      InetSocketAddress client, InetSocketAddress local, @Nullable AsciiString vpce) {
    return new Arrival(client, local, vpce, null);
  }

  /** For the log: the address, and the VPC endpoint where there is one. */
  @Override
  public String toString() {
    String address = client.getAddress().getHostAddress();
    return vpce == null ? address : address + " by " + vpce;
  }
}
