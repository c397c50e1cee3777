package io.postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frame of HTTP/2 as it stands on the wire (RFC 9113 §4.1), good or bad.
 *
 * @param type its number
 * @param flags eight bits
 * @param stream 31 bits
 * @param payload all that follows the nine bytes of the frame's head; Latin-1
 */
public record H2Frame(int type, int flags, int stream, String payload) {

  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 0x1;
  public static final int ACK = 0x1;
  public static final int END_HEADERS = 0x4;
  public static final int PADDED = 0x8;
  public static final int HAS_PRIORITY = 0x20;

  private static final int MAX_FRAME = 1 << 24;

  /** The payload of four bytes. */
  public static String int32(long value) {
    return latin1(ByteBuffer.allocate(4).putInt((int) value).array());
  }

  /** The payload of SETTINGS: identifiers and values in turn. */
  static String settings(long... idsAndValues) {
    ByteBuffer payload = ByteBuffer.allocate(3 * idsAndValues.length);
    for (int i = 0; i < idsAndValues.length; i += 2) {
      payload.putShort((short) idsAndValues[i]).putInt((int) idsAndValues[i + 1]);
    }
    return latin1(payload.array());
  }

  /**
   * A block of field lines, each a literal without indexing and without Huffman code (RFC 7541
   * §6.2.2), so that any order and any bytes can be sent, and no state is kept.
   */
  public static String fieldBlock(List<Field> fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (Field field : fields) {
      block.write(0);
      writeText(block, field.name());
      writeText(block, field.value());
    }
    return block.toString(StandardCharsets.ISO_8859_1);
  }

  /** The next frame; null where the stream ends before it. */
  static @Nullable H2Frame read(InputStream in) throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    DataInputStream data = new DataInputStream(in);
    int length = (first << 16) | data.readUnsignedShort();
    int type = data.readUnsignedByte();
    int flags = data.readUnsignedByte();
    int stream = data.readInt() & Integer.MAX_VALUE;
    byte[] payload = data.readNBytes(length);
    if (payload.length < length) {
      throw new EOFException("in a frame of type " + type);
    }
    return new H2Frame(type, flags, stream, latin1(payload));
  }

  /** The frame on the wire. */
  public byte[] bytes() {
    if (payload.length() >= MAX_FRAME) {
      throw new IllegalArgumentException(payload.length() + " bytes fit in no frame");
    }
    return ByteBuffer.allocate(9 + payload.length())
        .put((byte) (payload.length() >> 16))
        .putShort((short) payload.length())
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payloadBytes())
        .array();
  }

  byte[] payloadBytes() {
    return payload.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Whether a flag is set. */
  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** Four bytes of the payload. */
  long int32At(int offset) {
    return ByteBuffer.wrap(payloadBytes()).getInt(offset) & 0xFFFF_FFFFL;
  }

  /** The payload of DATA or HEADERS without padding and priority (RFC 9113 §6.1, §6.2). */
  String unpadded() {
    int start = has(PADDED) ? 1 : 0;
    int end = payload.length() - (has(PADDED) ? payload.charAt(0) : 0);
    return payload.substring(type == HEADERS && has(HAS_PRIORITY) ? start + 5 : start, end);
  }

  private static void writeText(ByteArrayOutputStream block, String text) {
    int length = text.length();
    if (length < 0x7F) {
      block.write(length);
    } else {
      block.write(0x7F);
      int rest = length - 0x7F;
      for (; rest >= 0x80; rest >>>= 7) {
        block.write((rest & 0x7F) | 0x80);
      }
      block.write(rest);
    }
    block.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
