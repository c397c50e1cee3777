package io.postern.observe;

import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Flat objects of JSON (RFC 8259), pure ASCII, written straight from the bytes that came to those
 * of a log. A library goes by way of characters, which made the log a twelfth of all that a small
 * request costs.
 *
 * <p>Owned by whoever writes a line.
 */
final class JsonObject {

  private static final byte AS_IT_IS = 0;
  private static final byte BY_NUMBER = 'u';

  /** The most that a character grows to: {@code \}{@code u00E9}. */
  private static final int ESCAPED = 6;

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final long EACH = 0x0101010101010101L;
  private static final long TOP_BITS = EACH << 7;

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LETTER_OF_ESCAPE = letters();

  private final LineBuffer out;
  private boolean empty;

  /** Writes objects to a buffer, whole after each {@link #end}. */
  JsonObject(LineBuffer out) {
    this.out = out;
  }

  /** How the name of a member is written, with the comma before it. */
  static byte[] name(String name) {
    return (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
  }

  void begin() {
    out.put((byte) '{');
    empty = true;
  }

  void end() {
    out.put((byte) '}');
  }

  /** A member of Latin-1 bytes. */
  void text(byte[] name, AsciiString value) {
    int length = value.length();
    int at = open(name, length);
    byte[] bytes = value.array();
    int from = value.arrayOffset();
    byte[] to = out.bytes();
    if (isPlain(bytes, from, from + length)) {
      System.arraycopy(bytes, from, to, at, length);
      close(at + length);
    } else {
      close(escape(bytes, from, from + length, to, at));
    }
  }

  private static int escape(byte[] bytes, int from, int end, byte[] to, int start) {
    int at = start;
    for (int i = from; i < end; i++) {
      byte b = bytes[i];
      if (LETTER_OF_ESCAPE[b & 0xFF] == AS_IT_IS) {
        to[at++] = b;
      } else {
        at = escape(to, at, b & 0xFF);
      }
    }
    return at;
  }

  /** Whether none of them is escaped, which hardly ever one is: looked at by eight. */
  private static boolean isPlain(byte[] bytes, int from, int end) {
    int i = from;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      long eight = (long) EIGHT.get(bytes, i);
      long special =
          (eight - EACH * ' ') // its top bit is set below a blank,
              | ((eight ^ EACH * '"') - EACH) // where a byte is this one,
              | ((eight ^ EACH * '\\') - EACH)
              | ((eight ^ EACH * 0x7F) - EACH)
              | eight; // and beyond ASCII
      if ((special & TOP_BITS) != 0) {
        return false;
      }
    }
    while (i < end && LETTER_OF_ESCAPE[bytes[i] & 0xFF] == AS_IT_IS) {
      i++;
    }
    return i == end;
  }

  void text(byte[] name, CharSequence value) {
    int length = value.length();
    int at = open(name, length);
    byte[] to = out.bytes();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c < 0x80 && LETTER_OF_ESCAPE[c] == AS_IT_IS) {
        to[at++] = (byte) c;
      } else {
        at = escape(to, at, c);
      }
    }
    close(at);
  }

  void number(byte[] name, long value) {
    put(name);
    out.putDecimal(value);
  }

  /** A member whose value is written as it stands. */
  void literal(byte[] name, byte[] value) {
    put(name);
    out.write(value, 0, value.length);
  }

  /** Members as they were written once, at the same place of another object. */
  void members(AsciiString written) {
    out.write(written.array(), written.arrayOffset(), written.length());
    empty &= written.isEmpty();
  }

  private int open(byte[] name, int length) {
    put(name);
    out.room(ESCAPED * length + 2);
    out.put((byte) '"');
    return out.size();
  }

  private void close(int at) {
    out.truncate(at);
    out.put((byte) '"');
  }

  private void put(byte[] name) {
    int comma = empty ? 1 : 0;
    empty = false;
    out.write(name, comma, name.length - comma);
  }

  private static int escape(byte[] to, int at, int c) {
    byte letter = c < 0x80 ? LETTER_OF_ESCAPE[c] : BY_NUMBER;
    to[at++] = '\\';
    to[at++] = letter;
    if (letter == BY_NUMBER) {
      for (int shift = 12; shift >= 0; shift -= 4) {
        to[at++] = HEX[(c >> shift) & 0xF];
      }
    }
    return at;
  }

  /** For each byte what stands behind its backslash; DEL is escaped too, for a terminal's sake. */
  private static byte[] letters() {
    byte[] letters = new byte[256];
    for (int c = 0; c < letters.length; c++) {
      letters[c] = c < ' ' || c >= 0x7F ? BY_NUMBER : AS_IT_IS;
    }
    letters['"'] = '"';
    letters['\\'] = '\\';
    letters['\b'] = 'b';
    letters['\t'] = 't';
    letters['\n'] = 'n';
    letters['\f'] = 'f';
    letters['\r'] = 'r';
    return letters;
  }
}
