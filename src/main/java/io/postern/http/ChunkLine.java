package io.postern.http;

import io.netty.buffer.ByteBuf;

/**
 * Reads the line before a chunk (RFC 9112 §7.1): its size in at most 16 hexadecimal digits, then
 * extensions by the letter of §7.1.1, then CR LF. Extensions mean nothing to anybody and end here;
 * but a reader that skips them carelessly can be made to see other chunks than its neighbour, so
 * their grammar is checked.
 *
 * <p>Owned by the event loop of its connection.
 */
final class ChunkLine {

  static final short CR_LF = '\r' << 8 | '\n';

  private static final int MAX_DIGITS = 16;

  /** So many are always a size that can be counted. */
  private static final int PLAIN_DIGITS = 7;

  /** How many bytes of extensions one message may have beyond their share of its content. */
  private static final int MAX_EXTENSIONS = 16 * 1024;

  /** For how many bytes of content there may be one of extensions. */
  private static final int CONTENT = 16;

  /** In the order of the line. */
  private enum State {
    SIZE,
    BEFORE_SEMICOLON,
    BEFORE_NAME,
    NAME,
    AFTER_NAME,
    BEFORE_VALUE,
    VALUE,
    QUOTED,
    ESCAPED,
    AFTER_QUOTED,
    LINE_FEED,
    DONE
  }

  private final Refusal refusal;
  private State state = State.SIZE;
  private long size;
  private int digits;
  private long extensions;

  /** What the chunks before have brought. */
  private long content;

  ChunkLine(Refusal refusal) {
    this.refusal = refusal;
  }

  /** Begins the first line of a message. */
  void startMessage() {
    extensions = 0;
    content = 0;
    size = 0;
    startLine();
  }

  /** Begins the next line of the same message. */
  void startLine() {
    content = Math.min(content, Long.MAX_VALUE - size) + size;
    state = State.SIZE;
    size = 0;
    digits = 0;
  }

  /** The size of the chunk in bytes, once the line is complete. */
  long size() {
    return size;
  }

  /**
   * Reads on and consumes what it reads, up to the end of the line.
   *
   * @return whether the line is complete
   */
  boolean read(ByteBuf in) {
    if (state == State.SIZE && digits == 0 && readPlain(in)) {
      return true;
    }
    while (state != State.DONE && in.isReadable()) {
      byte b = in.readByte();
      state = next(b);
      if (inExtension() && ++extensions > MAX_EXTENSIONS + content / CONTENT) {
        throw refusal.malformed(
            "chunk extensions of more than "
                + MAX_EXTENSIONS
                + " bytes and a share of the content");
      }
    }
    return state == State.DONE;
  }

  /** The usual line, a few digits, if all of it is there; else nothing is consumed. */
  private boolean readPlain(ByteBuf in) {
    int start = in.readerIndex();
    int end = Math.min(in.writerIndex() - 1, start + PLAIN_DIGITS + 1);
    int read = 0;
    for (int at = start; at < end; at++) {
      int digit = Character.digit(in.getByte(at), 16);
      if (digit < 0) {
        boolean plain = at > start && in.getShort(at) == CR_LF;
        if (plain) {
          size = read;
          state = State.DONE;
          in.readerIndex(at + 2);
        }
        return plain;
      }
      read = read << 4 | digit;
    }
    return false;
  }

  private boolean inExtension() {
    return state.compareTo(State.SIZE) > 0 && state.compareTo(State.LINE_FEED) < 0;
  }

  private State next(byte b) {
    return switch (state) {
      case SIZE -> inSize(b);
      case BEFORE_SEMICOLON -> FieldRules.isBlank(b) ? state : semicolon(b);
      case BEFORE_NAME -> FieldRules.isBlank(b) ? state : name(b);
      case NAME -> FieldNames.isToken(b) ? state : afterName(b);
      case AFTER_NAME -> FieldRules.isBlank(b) ? state : equalsOrSemicolon(b);
      case BEFORE_VALUE -> FieldRules.isBlank(b) ? state : value(b);
      case VALUE -> FieldNames.isToken(b) ? state : afterValue(b);
      case QUOTED -> inQuotes(b);
      case ESCAPED -> FieldRules.isText(b) ? State.QUOTED : refuse(b);
      case AFTER_QUOTED -> afterValue(b);
      case LINE_FEED -> b == '\n' ? State.DONE : refuse(b);
      case DONE -> throw new IllegalStateException("the line is complete");
    };
  }

  private State inSize(byte b) {
    int digit = Character.digit(b, 16);
    if (digit < 0) {
      return digits == 0 ? refuse(b) : afterValue(b);
    }
    if (++digits > MAX_DIGITS || size > Long.MAX_VALUE >>> 4) {
      throw refusal.malformed("a chunk of a size that cannot be counted");
    }
    size = size << 4 | digit;
    return State.SIZE;
  }

  /**
   * Behind the size or a value. White space may stand before a semicolon, not before the line's
   * end.
   */
  private State afterValue(byte b) {
    return b == '\r'
        ? State.LINE_FEED
        : FieldRules.isBlank(b) ? State.BEFORE_SEMICOLON : semicolon(b);
  }

  private State semicolon(byte b) {
    return b == ';' ? State.BEFORE_NAME : refuse(b);
  }

  private State name(byte b) {
    return FieldNames.isToken(b) ? State.NAME : refuse(b);
  }

  private State afterName(byte b) {
    return b == '\r'
        ? State.LINE_FEED
        : FieldRules.isBlank(b) ? State.AFTER_NAME : equalsOrSemicolon(b);
  }

  private State equalsOrSemicolon(byte b) {
    return b == '=' ? State.BEFORE_VALUE : semicolon(b);
  }

  private State value(byte b) {
    return b == '"' ? State.QUOTED : FieldNames.isToken(b) ? State.VALUE : refuse(b);
  }

  private State inQuotes(byte b) {
    return switch (b) {
      case '"' -> State.AFTER_QUOTED;
      case '\\' -> State.ESCAPED;
      default -> FieldRules.isText(b) ? State.QUOTED : refuse(b);
    };
  }

  private State refuse(byte b) {
    throw refusal.badByte(b, "the line before a chunk");
  }
}
