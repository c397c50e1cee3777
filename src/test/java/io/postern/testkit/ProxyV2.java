package io.postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * Writes PROXY headers of version 2, good or bad, with nothing of the code that reads them. The
 * parts are written in the order of the calls; length and checksum are right unless a test sets
 * them.
 */
public final class ProxyV2 {

  /** The endpoint of the headers that AWS shows. */
  public static final String VPCE = "vpce-08d2bf15fac5001c9";

  private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
  private static final int CHECKSUM = 0x03;
  private static final int NOOP = 0x04;
  private static final int AWS = 0xEA;
  private static final int USUAL_LENGTH = 100;

  private final int command;
  private final int family;
  private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
  private int checksumAt = -1;
  private int checksumError;
  private int lengthError;

  private ProxyV2(int command, int family) {
    this.command = command;
    this.family = family;
  }

  /** Any command and version, any family and transport, as the two bytes are written. */
  public static ProxyV2 of(int versionAndCommand, int familyAndTransport) {
    return new ProxyV2(versionAndCommand, familyAndTransport);
  }

  /** A client's connection over TCP, IPv4 or IPv6. */
  public static ProxyV2 proxied(InetSocketAddress client, InetSocketAddress local) {
    boolean four = client.getAddress().getAddress().length == 4;
    ProxyV2 header = new ProxyV2(0x21, four ? 0x11 : 0x21);
    header.raw(client.getAddress().getAddress()).raw(local.getAddress().getAddress());
    return header.port(client.getPort()).port(local.getPort());
  }

  /** A client's connection; the addresses are literals. */
  public static ProxyV2 proxied(String client, int clientPort, String local, int localPort) {
    return proxied(
        new InetSocketAddress(client, clientPort), new InetSocketAddress(local, localPort));
  }

  /** As AWS sends it for a client that came through an endpoint: checksum, endpoint, padding. */
  public static byte[] aws(InetSocketAddress client, InetSocketAddress local, String vpce) {
    return proxied(client, local).checksum().vpce(vpce).padded().bytes();
  }

  /** As AWS sends it with an HTTP health check: it says IPv4, and has no address. */
  public static byte[] awsCheck() {
    return of(0x20, 0x11).checksum().padded().bytes();
  }

  /** Bytes as they are. */
  public ProxyV2 raw(byte... bytes) {
    rest.writeBytes(bytes);
    return this;
  }

  /** Bytes in hexadecimal. */
  public ProxyV2 hex(String digits) {
    return raw(HexFormat.of().parseHex(digits.replace(" ", "")));
  }

  /** A TLV. */
  public ProxyV2 tlv(int type, byte... value) {
    return raw((byte) type, (byte) (value.length >> 8), (byte) value.length).raw(value);
  }

  /** AWS's TLV of an endpoint. */
  public ProxyV2 vpce(String id) {
    return tlv(AWS, ("\u0001" + id).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** The TLV of the checksum. */
  public ProxyV2 checksum() {
    checksumAt = 16 + rest.size() + 3;
    return tlv(CHECKSUM, new byte[4]);
  }

  /** The same, off by a bit. */
  public ProxyV2 wrongChecksum() {
    checksumError = 1;
    return checksum();
  }

  /** A NOOP that makes it as long as the headers of AWS that were seen. */
  public ProxyV2 padded() {
    return tlv(NOOP, new byte[Math.max(0, USUAL_LENGTH - 16 - rest.size() - 3)]);
  }

  /** The length field says so much more. */
  public ProxyV2 lengthOffBy(int bytes) {
    lengthError = bytes;
    return this;
  }

  /** The header. */
  public byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(HexFormat.of().parseHex(SIGNATURE));
      out.write(command);
      out.write(family);
      out.writeShort(rest.size() + lengthError);
      rest.writeTo(out);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return summed(bytes.toByteArray());
  }

  private byte[] summed(byte[] header) {
    if (checksumAt >= 0) {
      CRC32C crc = new CRC32C();
      crc.update(header);
      int sum = (int) crc.getValue() ^ checksumError;
      for (int i = 0; i < 4; i++) {
        header[checksumAt + i] = (byte) (sum >> (24 - 8 * i));
      }
    }
    return header;
  }

  private ProxyV2 port(int port) {
    return raw((byte) (port >> 8), (byte) port);
  }

  /** An address of a literal, for the parts of a header. */
  public static byte[] address(String literal) {
    return InetAddress.ofLiteral(literal).getAddress();
  }
}
