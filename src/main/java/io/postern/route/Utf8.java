package io.postern.route;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** Between the text of the config and the bytes of a message, which are compared as UTF-8. */
final class Utf8 {

  private Utf8() {}

  /** The bytes of a text. */
  static AsciiString bytes(String text) {
    return new AsciiString(text.getBytes(StandardCharsets.UTF_8), false);
  }

  /** The text of bytes, for an expression; what is not UTF-8 in them is a U+FFFD. */
  static CharSequence text(AsciiString bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.byteAt(i) < 0) {
        return new String(
            bytes.array(), bytes.arrayOffset(), bytes.length(), StandardCharsets.UTF_8);
      }
    }
    return bytes;
  }
}
