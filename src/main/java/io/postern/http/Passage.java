package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * What of a head that was refused is worth looking at. Content is never in it, but where a peer has
 * sent that in the place of a head.
 *
 * @param bytes as they came; of HTTP/2 as lines of HTTP/1.1 would say it
 * @param whole whether they begin with the first byte of the head
 * @param from where the line begins that was refused, in them; their length where none was, but the
 *     head as a whole
 * @param to where it ends
 */
public record Passage(AsciiString bytes, boolean whole, int from, int to) {

  private static final int MOST = 4 * 1024;

  /** Where it is not a head that was refused. */
  static Passage none() {
    return new Passage(AsciiString.EMPTY_STRING, true, 0, 0);
  }

  /**
   * Finds the line that a parser refuses, by having another one read all again.
   *
   * @param head up to what has come so far; behind it, other bytes may follow
   * @param parser has read nothing yet
   */
  static Passage of(byte[] head, Consumer<ByteBuf> parser) {
    ByteBuf in = Unpooled.wrappedBuffer(head).writerIndex(0);
    int line = 0;
    try {
      while (line < head.length) {
        int end = endOfLine(head, line);
        boolean last = line > 2 && end - line <= 2;
        in.writerIndex(end);
        parser.accept(in);
        line = end;
        if (last) {
          return around(Arrays.copyOf(head, end), end, end);
        }
      }
    } catch (FaultException e) {
      int end = endOfLine(head, line);
      boolean empty = line > 2 && end - line <= 2; // what all of it says is wrong
      return around(Arrays.copyOf(head, end), empty ? end : line, end);
    }
    return around(head, head.length, head.length);
  }

  /** A head that is refused for all of it. */
  static Passage of(byte[] lines) {
    return around(lines, lines.length, lines.length);
  }

  private static int endOfLine(byte[] bytes, int from) {
    int at = from;
    while (at < bytes.length && bytes[at] != '\n') {
      at++;
    }
    return Math.min(at + 1, bytes.length);
  }

  private static Passage around(byte[] head, int from, int to) {
    int end = Math.min(head.length, from + MOST / 2);
    int begin = Math.max(0, end - MOST);
    return new Passage(
        new AsciiString(head, begin, end - begin, true),
        begin == 0,
        from - begin,
        Math.min(to, end) - begin);
  }
}
