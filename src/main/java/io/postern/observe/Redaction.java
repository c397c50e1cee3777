package io.postern.observe;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Takes the values of some query parameters out of what is logged. A name counts in any case and
 * with any escapes, since servers decode before they compare; it may stand behind {@code ;} as well
 * as {@code &}, but a value goes up to the next {@code &}, so that nothing of it is left.
 *
 * <p>Owned by one thread, such as the writer of the log; keeps its buffer.
 */
public final class Redaction {

  private static final byte[] INSTEAD = {'*', '*', '*'};

  private final byte[][] names;
  private final LineBuffer out = new LineBuffer(256);

  /** Redacts the parameters of these names. */
  public Redaction(List<String> names) {
    this.names = names.stream().map(Redaction::folded).toArray(byte[][]::new);
  }

  private static byte[] folded(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = lowerCase(bytes[i]);
    }
    return bytes;
  }

  /** The text as it may be told: itself, or one that is good until the next call. */
  AsciiString of(AsciiString text) {
    if (names.length == 0) {
      return text;
    }
    int query = text.indexOf('?', 0);
    return query < 0 ? text : of(text, query);
  }

  /** The same of words that may have a target in them. */
  public String of(String words) {
    return names.length == 0 || words.indexOf('?') < 0
        ? words
        : of(new AsciiString(words)).toString();
  }

  private AsciiString of(AsciiString text, int query) {
    byte[] bytes = text.array();
    int from = text.arrayOffset();
    int end = from + text.length();
    int kept = from;
    out.truncate(0);
    for (int at = from + query; at < end; at++) {
      if (!startsParameter(bytes[at])) {
        continue;
      }
      int value = valueIfNamed(bytes, at + 1, end);
      if (value > 0) {
        out.write(bytes, kept, value - kept);
        out.write(INSTEAD, 0, INSTEAD.length);
        kept = endOfValue(bytes, value, end);
        at = kept - 1;
      }
    }
    if (kept == from) {
      return text;
    }
    out.write(bytes, kept, end - kept);
    return new AsciiString(out.bytes(), 0, out.size(), false);
  }

  /** Puts a byte in the place of each byte of their values, up to the end of the line at most. */
  void hide(byte[] bytes, byte instead) {
    for (int at = 0; at < bytes.length; at++) {
      int value = startsParameter(bytes[at]) ? valueIfNamed(bytes, at + 1, bytes.length) : 0;
      for (int i = value; value > 0 && i < bytes.length && bytes[i] != '&'; i++) {
        if (bytes[i] == '\n') {
          break;
        }
        bytes[i] = bytes[i] == '\r' ? bytes[i] : instead;
      }
    }
  }

  private static boolean startsParameter(byte b) {
    return b == '?' || b == '&' || b == ';';
  }

  private static int endOfValue(byte[] bytes, int value, int end) {
    int at = value;
    while (at < end && bytes[at] != '&') {
      at++;
    }
    return at;
  }

  /** Where the value of a parameter begins whose name stands here and is to be redacted; else 0. */
  private int valueIfNamed(byte[] bytes, int from, int end) {
    for (byte[] name : names) {
      int at = from;
      int matched = 0;
      while (at < end && matched < name.length && decoded(bytes, at, end) == name[matched]) {
        at += width(bytes, at, end);
        matched++;
      }
      if (matched == name.length && at < end && bytes[at] == '=') {
        return at + 1;
      }
    }
    return 0;
  }

  private static int width(byte[] bytes, int at, int end) {
    return escaped(bytes, at, end) < 0 ? 1 : 3;
  }

  private static byte decoded(byte[] bytes, int at, int end) {
    int escaped = escaped(bytes, at, end);
    byte plain = bytes[at];
    return lowerCase(escaped >= 0 ? (byte) escaped : plain == '+' ? (byte) ' ' : plain);
  }

  private static byte lowerCase(byte letter) {
    return letter >= 'A' && letter <= 'Z' ? (byte) (letter + ('a' - 'A')) : letter;
  }

  /** What the escape that stands here means; -1 where there is none. */
  private static int escaped(byte[] bytes, int at, int end) {
    if (bytes[at] != '%' || at + 2 >= end) {
      return -1;
    }
    int high = Character.digit(bytes[at + 1], 16);
    int low = Character.digit(bytes[at + 2], 16);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }
}
