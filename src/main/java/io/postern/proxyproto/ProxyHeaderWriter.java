package io.postern.proxyproto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import io.postern.proxyproto.ProxyHeader.Addresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Writes the header that a connection to a server begins with. Pure functions; each makes a buffer
 * of its own, on the heap, which nobody has to release.
 *
 * <p>Where one of two addresses is of IPv4 and the other of IPv6, the former is mapped into IPv6:
 * nothing is lost, and whoever reads it gets it back.
 */
public final class ProxyHeaderWriter {

  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int UNSPECIFIED = 0x00;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private ProxyHeaderWriter() {}

  /** Version 1, of a client. */
  public static ByteBuf line(Addresses of) {
    boolean four = isFour(of);
    InetAddress client = of.client().getAddress();
    InetAddress local = of.local().getAddress();
    return line(
        "%s %s %s %d %d"
            .formatted(
                four ? "TCP4" : "TCP6",
                text(client, four),
                text(local, four),
                of.client().getPort(),
                of.local().getPort()));
  }

  /** Version 1, on our own behalf. */
  public static ByteBuf unknownLine() {
    return line("UNKNOWN");
  }

  private static ByteBuf line(String said) {
    return Unpooled.wrappedBuffer(("PROXY " + said + "\r\n").getBytes(US_ASCII));
  }

  private static String text(InetAddress address, boolean four) {
    String text = NetUtil.toAddressString(address);
    return !four && address instanceof Inet4Address ? "::ffff:" + text : text;
  }

  /** Version 2, of a client. */
  public static ByteBuf block(Introduction of) {
    Addresses addresses = of.addresses();
    boolean four = isFour(addresses);
    ByteBuf out = begun(PROXY, four ? TCP4 : TCP6);
    out.writeBytes(bytes(addresses.client().getAddress(), four));
    out.writeBytes(bytes(addresses.local().getAddress(), four));
    out.writeShort(addresses.client().getPort()).writeShort(addresses.local().getPort());
    if (of.alpn() != null) {
      Tlvs.write(out, Tlvs.ALPN, of.alpn().getBytes(UTF_8));
    }
    if (of.authority() != null) {
      Tlvs.write(out, Tlvs.AUTHORITY, of.authority().getBytes(UTF_8));
    }
    if (of.uniqueId() != null) {
      Tlvs.write(out, Tlvs.UNIQUE_ID, of.uniqueId().toByteArray());
    }
    if (of.tls() != null) {
      Tlvs.write(out, of.tls());
    }
    if (of.vpce() != null) {
      Tlvs.writeVpce(out, of.vpce());
    }
    return ended(out, of.checksum());
  }

  /**
   * Version 2, on our own behalf: a connection that is no client's.
   *
   * @param checksum whether it has a CRC32c
   */
  public static ByteBuf localBlock(boolean checksum) {
    return ended(begun(LOCAL, UNSPECIFIED), checksum);
  }

  private static ByteBuf begun(int command, int family) {
    ByteBuf out = Unpooled.buffer(128);
    return HeaderBlock.writeSignature(out).writeByte(command).writeByte(family).writeShort(0);
  }

  private static ByteBuf ended(ByteBuf out, boolean checksum) {
    int sum = checksum ? Tlvs.writeNoChecksum(out) : -1;
    HeaderBlock.setLength(out);
    if (checksum) {
      out.setInt(sum, Tlvs.checksum(out, 0, sum, out.writerIndex()));
    }
    return out;
  }

  private static boolean isFour(Addresses both) {
    return both.client().getAddress() instanceof Inet4Address
        && both.local().getAddress() instanceof Inet4Address;
  }

  private static byte[] bytes(InetAddress address, boolean four) {
    byte[] own = address.getAddress();
    if (four || own.length == 16) {
      return own;
    }
    byte[] six = Arrays.copyOf(MAPPED, 16);
    System.arraycopy(own, 0, six, MAPPED.length, own.length);
    return six;
  }
}
