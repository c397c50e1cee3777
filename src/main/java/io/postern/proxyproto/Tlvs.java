package io.postern.proxyproto;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.proxyproto.Introduction.Shown;
import io.postern.proxyproto.Introduction.Tls;
import io.postern.proxyproto.MalformedHeader.Flaw;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The TLVs at the end of a header of version 2: one byte of type, two of length, and the value. In
 * what is read all are passed over but the checksum (section 2.2.3) and the VPC endpoint of AWS
 * (Network Load Balancer guide, "Proxy protocol"). Positions are those of the buffer.
 */
final class Tlvs {

  private static final int HEAD = 3;

  static final int ALPN = 0x01;
  static final int AUTHORITY = 0x02;
  static final int UNIQUE_ID = 0x05;
  private static final int TLS = 0x20;
  private static final int TLS_VERSION = 0x21;
  private static final int TLS_COMMON_NAME = 0x22;
  private static final int TLS_CIPHER = 0x23;

  /** Of the client's TLS: that it has it, shows a certificate, has shown one in the session. */
  private static final int HAS_TLS = 0x01;

  private static final int SHOWN_NOW = 0x02;
  private static final int SHOWN_IN_SESSION = 0x04;

  private static final int CHECKSUM = 0x03;
  private static final int CHECKSUM_LENGTH = 4;

  private static final int AWS = 0xEA;
  private static final int AWS_VPCE = 0x01;
  private static final byte[] VPCE = "vpce-".getBytes(StandardCharsets.US_ASCII);

  /** They have 22 bytes today and had 13; the bound is ours. */
  private static final int MAX_VPCE = 64;

  private static final byte[] ZEROES = new byte[CHECKSUM_LENGTH];

  private Tlvs() {}

  /** Where the checksum is; -1 where there is none. */
  static int checksumAt(ByteBuf in, int from, int end) throws MalformedHeader {
    int found = -1;
    for (int at = from; at < end; at = next(in, at)) {
      if (at + HEAD > end || next(in, at) > end) {
        throw new MalformedHeader(Flaw.CUT_TLV);
      }
      if (in.getUnsignedByte(at) == CHECKSUM) {
        if (found >= 0 || length(in, at) != CHECKSUM_LENGTH) {
          throw new MalformedHeader(Flaw.BAD_CHECKSUM_TLV);
        }
        found = at + HEAD;
      }
    }
    return found;
  }

  /**
   * Compares the checksum with the bytes of the header.
   *
   * @param start of the header, over all of which the sum goes
   * @param sum where the checksum is; -1 where there is none, which is well
   */
  static void verify(ByteBuf in, int start, int sum, int end) throws MalformedHeader {
    if (sum >= 0 && in.getInt(sum) != checksum(in, start, sum, end)) {
      throw new MalformedHeader(Flaw.WRONG_CHECKSUM);
    }
  }

  /** The sum of all bytes, those of the sum itself being taken for zero. */
  static int checksum(ByteBuf in, int start, int sum, int end) {
    CRC32C crc = new CRC32C();
    crc.update(in.nioBuffer(start, sum - start));
    crc.update(ZEROES);
    int rest = sum + CHECKSUM_LENGTH;
    crc.update(in.nioBuffer(rest, end - rest));
    return (int) crc.getValue();
  }

  /**
   * The id of the VPC endpoint, where one is named, in TLVs that {@link #checksumAt} has gone
   * through.
   */
  static @Nullable AsciiString vpce(ByteBuf in, int from, int end) throws MalformedHeader {
    AsciiString found = null;
    for (int at = from; at < end; at = next(in, at)) {
      if (isVpce(in, at)) {
        if (found != null) {
          throw new MalformedHeader(Flaw.SECOND_VPCE);
        }
        found = id(in, at + HEAD + 1, length(in, at) - 1);
      }
    }
    return found;
  }

  private static boolean isVpce(ByteBuf in, int at) {
    return in.getUnsignedByte(at) == AWS
        && length(in, at) > 0
        && in.getUnsignedByte(at + HEAD) == AWS_VPCE;
  }

  /**
   * Whoever is told apart by it must not be able to write anything else into logs and heads, so an
   * id that is none is no header.
   */
  private static AsciiString id(ByteBuf in, int at, int length) throws MalformedHeader {
    if (length <= VPCE.length || length > MAX_VPCE) {
      throw new MalformedHeader(Flaw.BAD_VPCE);
    }
    byte[] id = new byte[length];
    in.getBytes(at, id);
    for (int i = 0; i < length; i++) {
      if (i < VPCE.length ? id[i] != VPCE[i] : !isLowerHex(id[i])) {
        throw new MalformedHeader(Flaw.BAD_VPCE);
      }
    }
    return new AsciiString(id, false);
  }

  private static boolean isLowerHex(byte digit) {
    return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
  }

  static void write(ByteBuf out, int type, byte[] value) {
    out.writeByte(type).writeShort(value.length).writeBytes(value);
  }

  static void writeVpce(ByteBuf out, AsciiString id) {
    out.writeByte(AWS).writeShort(1 + id.length()).writeByte(AWS_VPCE);
    out.writeBytes(id.array(), id.arrayOffset(), id.length());
  }

  /** What TLS agreed on with the client (section 2.2.6): verified is only what was shown. */
  static void write(ByteBuf out, Tls tls) {
    int flags =
        switch (tls.shown()) {
          case NEVER -> HAS_TLS;
          case BEFORE -> HAS_TLS | SHOWN_IN_SESSION;
          case NOW -> HAS_TLS | SHOWN_IN_SESSION | SHOWN_NOW;
        };
    out.writeByte(TLS).writeShort(0);
    int from = out.writerIndex();
    out.writeByte(flags).writeInt(tls.shown() == Shown.NEVER ? 1 : 0);
    write(out, TLS_VERSION, tls.version().getBytes(StandardCharsets.US_ASCII));
    if (tls.commonName() != null) {
      write(out, TLS_COMMON_NAME, tls.commonName().getBytes(StandardCharsets.UTF_8));
    }
    write(out, TLS_CIPHER, tls.cipher().getBytes(StandardCharsets.US_ASCII));
    out.setShort(from - 2, out.writerIndex() - from);
  }

  /** Room for a checksum, filled with zeroes; answers where it is. */
  static int writeNoChecksum(ByteBuf out) {
    write(out, CHECKSUM, ZEROES);
    return out.writerIndex() - CHECKSUM_LENGTH;
  }

  private static int length(ByteBuf in, int at) {
    return in.getUnsignedShort(at + 1);
  }

  private static int next(ByteBuf in, int at) {
    return at + HEAD + length(in, at);
  }
}
