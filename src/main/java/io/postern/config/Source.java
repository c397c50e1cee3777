package io.postern.config;

import io.postern.config.Place.Position;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.reader.StreamReader;

/** From a file to text: UTF-8, printable, and of a size that a config has. */
final class Source {

  /** Many times what thousands of routes need, and little enough to hold. */
  static final int MAX_BYTES = 8 << 20;

  /** A tenant is some hundred bytes, and there may be a hundred thousand. */
  static final int MAX_PART_BYTES = 64 << 20;

  private static final Position START = new Position(1, 1);

  private Source() {}

  /** The text of a file; null where there is a problem. */
  static @Nullable String read(Path file, Report report) {
    try {
      byte[] bytes = bytes(file, MAX_BYTES);
      return decode(bytes, report);
    } catch (IOException e) {
      report.problem(START, "", "cannot be read: " + FileReason.of(e), "");
      return null;
    }
  }

  /** The content of a file, of a device or of a pipe. */
  static byte[] bytes(Path file, int limit) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IOException("it is a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new IOException("it is larger than " + limit + " bytes");
      }
      return bytes;
    }
  }

  /** The text of a content; null where there is a problem. */
  static @Nullable String decode(byte[] bytes, Report report) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    boolean bad = decoder.decode(in, out, true).isError();
    String text = out.flip().toString();
    if (bad) {
      String what = "the byte 0x%02X is not UTF-8".formatted(in.get(in.position()));
      report.problem(position(text, text.length()), "", what, "a file in UTF-8");
      return null;
    }
    return printable(text, report);
  }

  /** The text without a byte order mark; null where a character may not stand in YAML. */
  static @Nullable String printable(String marked, Report report) {
    String text = marked.startsWith("\uFEFF") ? marked.substring(1) : marked;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      int c = text.codePointAt(i);
      if (!StreamReader.isPrintable(c)) {
        String what = "the character U+%04X may not stand in YAML".formatted(c);
        report.problem(position(text, i), "", what, "");
        return null;
      }
    }
    return text;
  }

  private static Position position(String text, int index) {
    int line = 1;
    int lineStart = 0;
    for (int i = text.indexOf('\n'); i >= 0 && i < index; i = text.indexOf('\n', i + 1)) {
      line++;
      lineStart = i + 1;
    }
    return new Position(line, text.codePointCount(lineStart, index) + 1);
  }
}
