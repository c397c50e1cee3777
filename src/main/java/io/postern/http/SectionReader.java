package io.postern.http;

import io.netty.buffer.ByteBuf;

/**
 * Cuts the lines of a head or a trailer section out of a connection's accumulation buffer, as they
 * come. Nothing is consumed before the empty line that ends the section; until then the places
 * below count from the reader index, which must not move. No byte is looked at twice for a line's
 * end, however small the pieces are that come.
 *
 * <p>Lines are handed on in the order in which they end, and the open line is looked at only when
 * all before it were, so that the same bytes meet the same end however they were cut into pieces.
 *
 * <p>Owned by the event loop of its connection.
 */
final class SectionReader {

  private static final byte[] NOTHING = {};

  private final Refusal refusal;
  private final int maxBytes;
  private int taken;
  private int searched;
  private int checked;
  private boolean complete;

  /** Reads sections of at most this many bytes, their empty line among them. */
  SectionReader(Refusal refusal, int maxBytes) {
    this.refusal = refusal;
    this.maxBytes = maxBytes;
  }

  /** Whether a byte of the section has been seen. */
  boolean isStarted() {
    return searched > 0;
  }

  /** Whether the last line handed on was the empty one. */
  boolean isComplete() {
    return complete;
  }

  /** How many bytes the lines have that were handed on. */
  int size() {
    return taken;
  }

  /** Whether the section has as many bytes as it may have, and does not end with them. */
  boolean isFull() {
    return !complete && searched == maxBytes;
  }

  /** Begins the next section. */
  void reset() {
    taken = 0;
    searched = 0;
    checked = 0;
    complete = false;
  }

  /** A copy of the lines that have ended since the last call; each ends with a line feed. */
  byte[] lines(ByteBuf in) {
    int base = in.readerIndex();
    int limit = Math.min(in.readableBytes(), maxBytes);
    int line = taken;
    while (!complete) {
      int feed = in.indexOf(base + searched, base + limit, (byte) '\n');
      if (feed < 0) {
        searched = limit;
        break;
      }
      searched = feed - base + 1;
      // Not only CR LF: whatever else is so short before a line feed is refused by who reads it.
      complete = searched - line <= 2;
      line = searched;
    }
    return line == taken ? NOTHING : take(in, base, line);
  }

  private byte[] take(ByteBuf in, int base, int end) {
    byte[] lines = new byte[end - taken];
    in.getBytes(base + taken, lines);
    taken = end;
    return lines;
  }

  /** Refuses a byte of the line that has not ended yet, where no line may have it. */
  void checkOpenLine(ByteBuf in) {
    int base = in.readerIndex();
    checked = Math.max(checked, taken);
    for (; checked < searched; checked++) {
      byte b = in.getByte(base + checked);
      if (b == '\r' && checked + 1 == searched) {
        return; // its line feed may still come
      }
      if (!FieldRules.isText(b)) {
        throw refusal.badByte(b, "a line of the head or the trailers");
      }
    }
  }
}
