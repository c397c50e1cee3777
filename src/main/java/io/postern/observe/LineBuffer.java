package io.postern.observe;

import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Bytes on their way to a log, kept and filled again; owned by whoever writes them. */
final class LineBuffer {

  private static final int LONGEST_NUMBER = 20;

  private byte[] bytes;
  private int size;

  LineBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  void put(byte value) {
    room(1);
    bytes[size++] = value;
  }

  void write(byte[] source, int offset, int length) {
    room(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  void putDecimal(long value) {
    room(LONGEST_NUMBER);
    if (value < 0) {
      bytes[size++] = '-';
    }
    int digits = 1;
    for (long rest = value / 10; rest != 0; rest /= 10) {
      digits++;
    }
    long rest = value;
    for (int i = size + digits - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + Math.abs(rest % 10));
      rest /= 10;
    }
    size += digits;
  }

  int size() {
    return size;
  }

  /** Makes room for so many bytes more. */
  void room(int more) {
    if (more > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
    }
  }

  /** What is filled and what there is room for, to be written to directly until more is asked. */
  byte[] bytes() {
    return bytes;
  }

  /** Says how much is filled: what was written directly counts, or what stands behind does not. */
  void truncate(int newSize) {
    size = newSize;
  }

  /** A copy of what stands behind a place. */
  AsciiString since(int from) {
    return new AsciiString(bytes, from, size - from, true);
  }

  /** A copy of all. */
  byte[] toArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Writes all in one go, and keeps it. */
  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }
}
