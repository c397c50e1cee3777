package io.postern.tenant;

import io.postern.config.Cidr;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whose an address is: of all prefixes that it has, the longest tells. A look-up for each length of
 * prefix there is, however many prefixes of it. Immutable once it is filled.
 */
final class Sources {

  /** Where IPv4 stands in IPv6 (RFC 4291 §2.5.5.2). */
  private static final int BELOW_V6 = 96;

  /** The longest first; those of IPv4 count from where it stands in IPv6. */
  private final NavigableMap<Integer, Map<Network, Tenant>> byLength =
      new TreeMap<Integer, Map<Network, Tenant>>().descendingMap();

  private record Network(long high, long low) {

    /** The first bits of an address. */
    static Network of(InetAddress address, int bits) {
      byte[] bytes = address.getAddress();
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      boolean v6 = bytes.length > 4;
      long high = v6 ? buffer.getLong() : 0;
      long low = v6 ? buffer.getLong() : 0xFFFF_0000_0000L | (buffer.getInt() & 0xFFFF_FFFFL);
      return new Network(
          high & mask(Math.min(bits, Long.SIZE)), low & mask(Math.max(0, bits - Long.SIZE)));
    }

    private static long mask(int bits) {
      return bits == 0 ? 0 : -1L << (Long.SIZE - bits);
    }
  }

  private static int length(Cidr source) {
    return source.network().getAddress().length > 4 ? source.prefix() : BELOW_V6 + source.prefix();
  }

  void add(Cidr source, Tenant tenant) {
    int length = length(source);
    byLength
        .computeIfAbsent(length, _ -> new HashMap<>())
        .put(Network.of(source.network(), length), tenant);
  }

  /** Null where it is nobody's. */
  @Nullable Tenant of(InetAddress address) {
    boolean v4 = address instanceof Inet4Address;
    for (Map.Entry<Integer, Map<Network, Tenant>> each : byLength.entrySet()) {
      if (v4 && each.getKey() < BELOW_V6) {
        return null; // a short prefix of IPv6 has no address of IPv4
      }
      Tenant tenant = each.getValue().get(Network.of(address, each.getKey()));
      if (tenant != null) {
        return tenant;
      }
    }
    return null;
  }
}
