package io.postern.http;

import io.netty.util.AsciiString;
import io.postern.fault.Reason;

/**
 * Reads field lines (RFC 9112 §5): a name, a colon right behind it, a value with white space around
 * it, CR LF. Line folding is refused.
 *
 * <p>Owned by the event loop of its connection.
 */
final class FieldLines {

  /** Takes the fields of a section in their order. */
  @FunctionalInterface
  interface Taker {

    /**
     * One field.
     *
     * @param name lower case; one of {@link FieldNames} where it is known there
     * @param bytes holds the value, which is text
     */
    void field(AsciiString name, byte[] bytes, int from, int to);
  }

  private final Refusal refusal;
  private final int maxFields;
  private int count;

  /** Reads sections of at most this many fields. */
  FieldLines(Refusal refusal, int maxFields) {
    this.refusal = refusal;
    this.maxFields = maxFields;
  }

  /** Begins the next section. */
  void reset() {
    count = 0;
  }

  /**
   * Reads whole lines, up to the empty one or to the end of the array.
   *
   * @param bytes ends with a line feed where it does not end with {@code at}; names in it are
   *     folded to lower case, and values are views of it
   */
  void read(byte[] bytes, int at, Taker taker) {
    int next = at;
    while (next < bytes.length) {
      if (bytes[next] == '\r') {
        checkLineEnd(bytes, next);
        return;
      }
      next = line(bytes, next, taker);
    }
  }

  private int line(byte[] bytes, int at, Taker taker) {
    int colon = FieldNames.fold(bytes, at, bytes.length);
    if (bytes[colon] != ':' || colon == at) {
      throw nameless(bytes, at);
    }
    AsciiString name = FieldNames.of(bytes, at, colon);
    int from = colon + 1;
    while (FieldRules.isBlank(bytes[from])) {
      from++;
    }
    int end = FieldRules.endOfText(bytes, from, bytes.length);
    checkLineEnd(bytes, end);
    if (++count > maxFields) {
      throw refusal.as(Reason.HEAD_TOO_LARGE, "more than " + maxFields + " fields");
    }
    int to = end;
    while (to > from && FieldRules.isBlank(bytes[to - 1])) {
      to--;
    }
    taker.field(name, bytes, from, to);
    return end + 2;
  }

  /**
   * A line feed ends the array and is no text, so there is a byte behind every other that is none.
   */
  private void checkLineEnd(byte[] bytes, int at) {
    if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
      throw refusal.badByte(bytes[at], "a field");
    }
  }

  private RuntimeException nameless(byte[] bytes, int at) {
    int colon = at;
    while (bytes[colon] != ':' && bytes[colon] != '\n') {
      colon++;
    }
    int bad = FieldRules.endOfText(bytes, at, colon);
    if (bad < colon && !(bytes[bad] == '\r' && bytes[bad + 1] == '\n')) {
      return refusal.badByte(bytes[bad], "a field name");
    }
    if (bytes[colon] == '\n' && (colon == at || bytes[colon - 1] != '\r')) {
      return refusal.badByte((byte) '\n', "a field");
    }
    if (FieldRules.isBlank(bytes[at])) {
      return refusal.malformed("line folding, or white space before the first field");
    }
    if (bytes[colon] == '\n') {
      return refusal.malformed("no colon in the field " + FieldRules.show(bytes, at, colon - 1));
    }
    if (colon == at) {
      return refusal.malformed("an empty field name");
    }
    if (FieldRules.isBlank(bytes[colon - 1])) {
      return refusal.malformed(
          "white space before the colon of " + FieldRules.show(bytes, at, colon));
    }
    return refusal.malformed("not a field name: " + FieldRules.show(bytes, at, colon));
  }
}
