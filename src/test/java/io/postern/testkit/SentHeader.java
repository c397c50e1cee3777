package io.postern.testkit;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A PROXY header that a server was sent, of either version, read with nothing of the code that
 * writes it. The stream is left at the first byte behind it.
 *
 * @param line of version 1, without its CRLF; empty for version 2
 * @param command version and command as they are written; 0 for version 1
 * @param family address family and transport as they are written; 0 for version 1
 * @param addresses the bytes of the addresses and ports
 * @param tlvs the values by their types, in the order in which they stand
 * @param sum whether there is a checksum, and whether it holds
 */
public record SentHeader(
    String line,
    int command,
    int family,
    ByteBuffer addresses,
    Map<Integer, String> tlvs,
    Sum sum) {

  /** What there is of a checksum. */
  public enum Sum {
    NONE,
    RIGHT,
    WRONG
  }

  private static final int CHECKSUM = 0x03;

  /** Reads one; throws where what comes is none. */
  public static SentHeader read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    int first = in.read();
    if (first < 0) {
      throw new EOFException("no header");
    }
    return first == 'P' ? line(in) : block(in, first);
  }

  private static SentHeader line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder("P");
    while (line.indexOf("\r\n") < 0) {
      line.append((char) in.readUnsignedByte());
      if (line.length() > 107) {
        throw new AssertionError("no header of version 1: " + line);
      }
    }
    String text = line.substring(0, line.length() - 2);
    return new SentHeader(text, 0, 0, ByteBuffer.allocate(0), Map.of(), Sum.NONE);
  }

  private static SentHeader block(DataInputStream in, int first) throws IOException {
    byte[] start = new byte[16];
    start[0] = (byte) first;
    in.readFully(start, 1, 15);
    if (!new String(start, 0, 12, StandardCharsets.ISO_8859_1).equals("\r\n\r\n\0\r\nQUIT\n")) {
      throw new AssertionError("no header of version 2");
    }
    ByteBuffer head = ByteBuffer.wrap(start);
    byte[] rest = new byte[head.getShort(14) & 0xFFFF];
    in.readFully(rest);
    int family = start[13] & 0xFF;
    int size =
        switch (family) {
          case 0x00 -> 0;
          case 0x11 -> 12;
          case 0x21 -> 36;
          default -> throw new AssertionError("family " + family);
        };
    ByteBuffer tail = ByteBuffer.wrap(rest, size, rest.length - size);
    ByteBuffer whole = ByteBuffer.allocate(16 + rest.length).put(start).put(rest);
    return new SentHeader(
        "",
        start[12] & 0xFF,
        family,
        ByteBuffer.wrap(rest, 0, size).slice(),
        tlvs(tail),
        sum(whole.array(), 16 + size));
  }

  /** TLVs as they stand behind each other; values as Latin-1. */
  public static Map<Integer, String> tlvs(ByteBuffer from) {
    Map<Integer, String> tlvs = new LinkedHashMap<>();
    while (from.hasRemaining()) {
      int type = from.get() & 0xFF;
      byte[] value = new byte[from.getShort() & 0xFFFF];
      from.get(value);
      if (tlvs.put(type, new String(value, StandardCharsets.ISO_8859_1)) != null) {
        throw new AssertionError("two TLVs of the type " + type);
      }
    }
    return tlvs;
  }

  private static Sum sum(byte[] header, int from) {
    ByteBuffer in = ByteBuffer.wrap(header);
    for (int at = from; at < header.length; at += 3 + (in.getShort(at + 1) & 0xFFFF)) {
      if (header[at] == CHECKSUM) {
        int told = in.getInt(at + 3);
        in.putInt(at + 3, 0);
        CRC32C crc = new CRC32C();
        crc.update(header);
        return told == (int) crc.getValue() ? Sum.RIGHT : Sum.WRONG;
      }
    }
    return Sum.NONE;
  }

  /** The value of a TLV, as Latin-1; fails where it is not there. */
  public String tlv(int type) {
    String value = tlvs.get(type);
    if (value == null) {
      throw new AssertionError("no TLV of the type " + type + " in " + tlvs.keySet());
    }
    return value;
  }
}
