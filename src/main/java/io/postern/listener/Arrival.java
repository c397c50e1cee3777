package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who has come and where to: as the socket says, or as a PROXY header tells of a client behind a
 * load balancer.
 *
 * @param client the address of the client
 * @param local the address that the client connected to
 * @param vpce the AWS VPC endpoint that it came through; null where nobody has named one
 */
record Arrival(InetSocketAddress client, InetSocketAddress local, @Nullable AsciiString vpce) {

  /** What the socket says; null where the client is gone already. */
  static @Nullable Arrival of(Channel channel) {
    InetSocketAddress client = (InetSocketAddress) channel.remoteAddress();
    InetSocketAddress local = (InetSocketAddress) channel.localAddress();
    return client == null || local == null ? null : new Arrival(client, local, null);
  }

  /** For the log: the address, and the VPC endpoint where there is one. */
  @Override
  public String toString() {
    String address = client.getAddress().getHostAddress();
    return vpce == null ? address : address + " by " + vpce;
  }
}
