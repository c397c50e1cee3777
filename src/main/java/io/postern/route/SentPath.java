package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.http.RequestHead;
import java.util.Arrays;

/**
 * The path of a request as it was sent, less its dot segments, beside its normal form: of each part
 * of the one it is known what it is in the other. Made for one request.
 */
final class SentPath {

  private final AsciiString normal;
  private final byte[] sent;

  /** For each byte of the normal form, and for its end, where it begins in what was sent. */
  private final int[] begins;

  private SentPath(AsciiString normal, byte[] sent) {
    this.normal = normal;
    this.sent = sent;
    begins = new int[normal.length() + 1];
    int at = 0;
    for (int i = 0; i < normal.length(); i++) {
      begins[i] = at;
      at += sent[at] == '%' ? 3 : 1;
    }
    begins[normal.length()] = at;
  }

  /** That of a request whose target has a path. */
  static SentPath of(RequestHead head) {
    AsciiString target = head.target();
    int question = target.indexOf('?', 0);
    return new SentPath(
        head.path(), withoutDots(target, question < 0 ? target.length() : question));
  }

  private static byte[] withoutDots(AsciiString target, int end) {
    byte[] out = new byte[end];
    int length = 0;
    for (int slash = 0; slash < end; ) {
      int found = target.indexOf('/', slash + 1);
      int next = found < 0 || found > end ? end : found;
      int dots = dots(target, slash + 1, next);
      if (dots == 0) {
        target.copy(slash, out, length, next - slash);
        length += next - slash;
      } else {
        length = dots == 1 ? length : lastSlash(out, length);
        if (next == end) {
          out[length++] = '/';
        }
      }
      slash = next;
    }
    return Arrays.copyOf(out, length);
  }

  private static int lastSlash(byte[] out, int length) {
    int at = length - 1;
    while (out[at] != '/') {
      at--;
    }
    return at;
  }

  /** Whether a path has a segment of dots alone, escaped or not, which a server may go up by. */
  static boolean hasDots(AsciiString path, int end) {
    for (int slash = 0; slash < end; ) {
      int found = path.indexOf('/', slash + 1);
      int next = found < 0 || found > end ? end : found;
      if (dots(path, slash + 1, next) > 0) {
        return true;
      }
      slash = next;
    }
    return false;
  }

  /** How many dots a segment is, escaped or not; 0 where it is anything else. */
  private static int dots(AsciiString target, int from, int to) {
    int dots = 0;
    int at = from;
    while (at < to) {
      boolean escaped =
          at + 2 < to
              && target.byteAt(at) == '%'
              && target.byteAt(at + 1) == '2'
              && (target.byteAt(at + 2) | 0x20) == 'e';
      if (!escaped && target.byteAt(at) != '.') {
        return 0;
      }
      dots++;
      at += escaped ? 3 : 1;
    }
    return dots > 2 ? 0 : dots;
  }

  /** The normal form. */
  AsciiString normal() {
    return normal;
  }

  /**
   * What was sent for a part of the normal form.
   *
   * @param from its first byte there
   * @param to behind its last
   */
  AsciiString sent(int from, int to) {
    return new AsciiString(sent, begins[from], begins[to] - begins[from], false);
  }
}
