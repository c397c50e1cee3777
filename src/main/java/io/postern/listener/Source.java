package io.postern.listener;

import io.netty.util.AsciiString;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where clients come from, as far as one of them can be told from another. Behind each VPC endpoint
 * the addresses are private ones of its own, so an address alone is nobody's; and whoever has an
 * IPv6 address has its /64 to choose from (RFC 7421).
 *
 * @param vpce the VPC endpoint; null where there is none
 * @param network the IPv4 address, or the first half of the IPv6 address
 */
record Source(@Nullable AsciiString vpce, long network) {

  static Source of(Arrival arrival) {
    InetAddress address = arrival.client().getAddress();
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return new Source(
        arrival.vpce(), address instanceof Inet6Address ? bytes.getLong() : bytes.getInt());
  }
}
