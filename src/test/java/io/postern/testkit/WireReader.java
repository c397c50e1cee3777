package io.postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 strictly, and owes nothing to the code under test. It never reads ahead of what it
 * was asked for, so that the bytes behind are still on the stream.
 */
final class WireReader {

  private static final int MAX_HEAD = 1024 * 1024;

  private final InputStream in;

  WireReader(InputStream in) {
    this.in = in;
  }

  /** The next head; null where the stream ends before its first byte. */
  @Nullable Head readHead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int matched = 0; matched < 4; ) {
      int next = in.read();
      if (next < 0) {
        if (bytes.size() == 0) {
          return null;
        }
        throw new EOFException("in a head: " + bytes.toString(StandardCharsets.ISO_8859_1));
      }
      bytes.write(next);
      boolean wanted = next == (matched % 2 == 0 ? '\r' : '\n');
      matched = wanted ? matched + 1 : next == '\r' ? 1 : 0;
      if (bytes.size() > MAX_HEAD) {
        throw new AssertionError("a head of more than " + MAX_HEAD + " bytes");
      }
    }
    return Head.parse(bytes.toString(StandardCharsets.ISO_8859_1));
  }

  /** The content that a head announces, or that ends with the connection. */
  Received readContent(Head head, boolean untilClose, Tally tally) throws IOException {
    if (!head.values("transfer-encoding").isEmpty()) {
      return readChunked(head, tally);
    }
    if (!head.values("content-length").isEmpty()) {
      return readLength(Long.parseLong(head.field("content-length")), tally);
    }
    if (!untilClose) {
      return tally.received(List.of(), true);
    }
    read(Long.MAX_VALUE, tally);
    return tally.received(List.of(), true);
  }

  /** Reads some content; answers how much came before the stream ended. */
  long read(long length, Tally tally) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    long left = length;
    while (left > 0) {
      int size = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (size < 0) {
        break;
      }
      tally.add(buffer, 0, size);
      left -= size;
    }
    return length - left;
  }

  private Received readLength(long length, Tally tally) throws IOException {
    return tally.received(List.of(), read(length, tally) == length);
  }

  private Received readChunked(Head head, Tally tally) throws IOException {
    if (!head.field("transfer-encoding").equalsIgnoreCase("chunked")) {
      throw new AssertionError("an unknown coding: " + head.field("transfer-encoding"));
    }
    try {
      while (true) {
        String line = readLine();
        long size = Long.parseLong(line.split(";", 2)[0].strip(), 16);
        if (size == 0) {
          return tally.received(readTrailers(), true);
        }
        if (read(size, tally) < size) {
          return tally.received(List.of(), false);
        }
        if (!readLine().isEmpty()) {
          throw new AssertionError("a chunk is longer than announced");
        }
      }
    } catch (EOFException cut) {
      return tally.received(List.of(), false);
    }
  }

  private List<Field> readTrailers() throws IOException {
    List<Field> trailers = new ArrayList<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      trailers.add(new Field(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    return List.copyOf(trailers);
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("in a line");
      }
      line.append((char) next);
      int end = line.length() - 2;
      if (next == '\n') {
        if (end < 0 || line.charAt(end) != '\r') {
          throw new AssertionError("a line without CR: " + line);
        }
        return line.substring(0, end);
      }
    }
  }
}
