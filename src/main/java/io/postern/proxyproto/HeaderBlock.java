package io.postern.proxyproto;

import io.netty.buffer.ByteBuf;
import io.postern.proxyproto.MalformedHeader.Flaw;
import io.postern.proxyproto.ProxyHeader.Addresses;
import io.postern.proxyproto.ProxyHeader.Form;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A header of version 2 (section 2.2), complete, from the reader index on. */
final class HeaderBlock {

  /** Behind signature, version and command, family and transport, length. */
  static final int ADDRESSES_AT = 16;

  private static final byte[] SIGNATURE =
      "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);

  private static final int VERSION_AT = 12;
  private static final int FAMILY_AT = 13;
  private static final int LENGTH_AT = 14;

  private static final int LOCAL = 0;
  private static final int PROXY = 1;

  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;

  /** The bytes that the addresses of each family take: none, IPv4, IPv6, UNIX. */
  private static final int[] ADDRESSES_LENGTH = {0, 2 * 4 + 2 * 2, 2 * 16 + 2 * 2, 2 * 108};

  private static final int LAST_TRANSPORT = 2;

  private HeaderBlock() {}

  /** What every such header begins with. */
  static byte[] signature() {
    return SIGNATURE.clone();
  }

  static ByteBuf writeSignature(ByteBuf out) {
    return out.writeBytes(SIGNATURE);
  }

  /** Enters how long a header is that is written whole. */
  static void setLength(ByteBuf out) {
    out.setShort(LENGTH_AT, out.writerIndex() - ADDRESSES_AT);
  }

  /** How many bytes the whole header has. */
  static int length(ByteBuf in) {
    return ADDRESSES_AT + in.getUnsignedShort(in.readerIndex() + LENGTH_AT);
  }

  static ProxyHeader parse(ByteBuf in, int length) throws MalformedHeader {
    int from = in.readerIndex();
    int version = in.getByte(from + VERSION_AT);
    if (version >> 4 != 2) {
      throw new MalformedHeader(Flaw.BAD_VERSION);
    }
    return switch (version & 0xF) {
      case LOCAL -> {
        skip(in, from, from + length);
        yield ProxyHeader.anonymous(Form.LOCAL);
      }
      case PROXY -> proxied(in, from, from + length);
      default -> throw new MalformedHeader(Flaw.BAD_COMMAND);
    };
  }

  private static ProxyHeader proxied(ByteBuf in, int from, int end) throws MalformedHeader {
    int kind = in.getUnsignedByte(from + FAMILY_AT);
    int family = kind >> 4;
    int transport = kind & 0xF;
    if (family >= ADDRESSES_LENGTH.length || transport > LAST_TRANSPORT) {
      throw new MalformedHeader(Flaw.BAD_FAMILY);
    }
    if (family == 0 || transport == 0) {
      // How long the addresses of an unspecified family are, nobody knows, nor where TLVs begin.
      skip(in, from, end);
      return ProxyHeader.anonymous(Form.V2);
    }
    int tlvs = from + ADDRESSES_AT + ADDRESSES_LENGTH[family];
    if (tlvs > end) {
      throw new MalformedHeader(Flaw.SHORT_ADDRESSES);
    }
    Tlvs.verify(in, from, Tlvs.checksumAt(in, tlvs, end), end);
    return new ProxyHeader(Form.V2, addresses(in, from, kind), Tlvs.vpce(in, tlvs, end));
  }

  /**
   * Passes over what has no addresses for us, by its length alone: AWS says IPv4 in a LOCAL header
   * and sends no address. Where it reads as TLVs all the same, a checksum among them holds.
   */
  private static void skip(ByteBuf in, int from, int end) throws MalformedHeader {
    int sum;
    try {
      sum = Tlvs.checksumAt(in, from + ADDRESSES_AT, end);
    } catch (MalformedHeader noTlvs) {
      return;
    }
    Tlvs.verify(in, from, sum, end);
  }

  /** Those of TCP; datagrams and UNIX sockets have none that an HTTP client could have. */
  private static @Nullable Addresses addresses(ByteBuf in, int from, int kind) {
    return switch (kind) {
      case TCP4 -> addresses(in, from + ADDRESSES_AT, new byte[4]);
      case TCP6 -> addresses(in, from + ADDRESSES_AT, new byte[16]);
      default -> null;
    };
  }

  private static Addresses addresses(ByteBuf in, int at, byte[] scratch) {
    int size = scratch.length;
    in.getBytes(at, scratch);
    InetAddress client = HeaderLine.address(scratch);
    in.getBytes(at + size, scratch);
    InetAddress local = HeaderLine.address(scratch);
    int ports = at + 2 * size;
    return new Addresses(
        new InetSocketAddress(client, in.getUnsignedShort(ports)),
        new InetSocketAddress(local, in.getUnsignedShort(ports + 2)));
  }
}
