package io.postern.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Bytes on their way to a log, kept and filled again; owned by the writer of the log. */
final class LineBuffer extends OutputStream {

  private byte[] bytes;
  private int size;

  LineBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  @Override
  public void write(int value) {
    ensure(1);
    bytes[size++] = (byte) value;
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  int size() {
    return size;
  }

  /** Forgets what was written behind a size. */
  void truncate(int newSize) {
    size = newSize;
  }

  /** Writes all in one go, and keeps it. */
  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, size);
  }

  private void ensure(int more) {
    if (more > bytes.length - size) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, 2 * bytes.length));
    }
  }
}
