package io.postern.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * A range of addresses (RFC 4632 §3.1, RFC 4291 §2.3).
 *
 * @param network its first address
 * @param prefix how many leading bits all of its addresses share
 */
public record Cidr(InetAddress network, int prefix) {

  /** In words, for messages. */
  static final String EXPECTED = "an address range such as 10.20.0.0/16 or 2001:db8::/32";

  /** Reads {@code 10.20.0.0/16} or {@code 2001:db8::/32}; the bits behind the prefix are zero. */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    byte[] bytes = bytes(host);
    int most = 8 * bytes.length;
    if (slash < 0) {
      throw new IllegalArgumentException(
          EXPECTED + "; for this address alone " + host + "/" + most);
    }
    String digits = text.substring(slash + 1);
    if (!digits.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(digits) > most) {
      throw new IllegalArgumentException("a prefix from 0 to " + most + " behind the slash");
    }
    int prefix = Integer.parseInt(digits);
    byte[] network = masked(bytes, prefix);
    if (!Arrays.equals(network, bytes)) {
      String meant = IpLiteral.text(address(network)) + "/" + prefix;
      throw new IllegalArgumentException(
          "no bit set behind the prefix: did you mean "
              + meant
              + ", or "
              + host
              + "/"
              + most
              + "?");
    }
    return new Cidr(address(network), prefix);
  }

  private static byte[] bytes(String host) {
    InetAddress address = IpLiteral.of(host);
    if (address == null) {
      throw new IllegalArgumentException(EXPECTED);
    }
    byte[] bytes = address.getAddress();
    // Java makes an IPv4 address of one that is mapped into IPv6, so no client would ever match.
    if (bytes.length == 4 && host.indexOf(':') >= 0) {
      throw new IllegalArgumentException("IPv4 as IPv4, such as 10.20.0.0/16");
    }
    return bytes;
  }

  private static byte[] masked(byte[] address, int prefix) {
    byte[] masked = address.clone();
    for (int i = 0; i < masked.length; i++) {
      int kept = Math.clamp(prefix - 8L * i, 0, 8);
      masked[i] &= (byte) (0xFF00 >> kept);
    }
    return masked;
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException impossible) {
      throw new IllegalArgumentException(EXPECTED, impossible);
    }
  }

  /** Whether the address is in the range; never where it is of the other family. */
  public boolean contains(InetAddress address) {
    byte[] own = network.getAddress();
    byte[] other = address.getAddress();
    if (own.length != other.length) {
      return false;
    }
    int whole = prefix / 8;
    int rest = prefix % 8;
    return Arrays.mismatch(own, 0, whole, other, 0, whole) < 0
        && (rest == 0 || ((own[whole] ^ other[whole]) & (0xFF00 >> rest) & 0xFF) == 0);
  }

  @Override
  public String toString() {
    return IpLiteral.text(network) + "/" + prefix;
  }
}
