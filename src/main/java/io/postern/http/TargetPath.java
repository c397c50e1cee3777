package io.postern.http;

import io.netty.util.AsciiString;

/**
 * The normal form of a path that has an escape or a dot segment in it, by the rules of {@link
 * RequestTarget}. The usual path has neither and never comes here.
 */
final class TargetPath {

  private final byte[] from;
  private final int start;
  private final int end;
  private final byte[] path;
  private int length;

  private TargetPath(byte[] from, int start, int end) {
    this.from = from;
    this.start = start;
    this.end = end;
    path = new byte[end - start];
  }

  /** The path from a slash to the end, decoded and without dot segments. */
  static AsciiString normalise(byte[] bytes, int start, int end) {
    TargetPath path = new TargetPath(bytes, start, end);
    path.read();
    return new AsciiString(path.path, 0, path.length, false);
  }

  private void read() {
    int i = start;
    while (i < end) {
      path[length++] = '/';
      int segment = length;
      i++;
      while (i < end && from[i] != '/') {
        boolean escape = from[i] == '%';
        path[length++] = escape ? decode(i) : from[i];
        i += escape ? 3 : 1;
      }
      endSegment(segment, i == end);
    }
  }

  private byte decode(int at) {
    int high = at + 2 < end ? Character.digit(from[at + 1], 16) : -1;
    int low = at + 2 < end ? Character.digit(from[at + 2], 16) : -1;
    if (high < 0 || low < 0) {
      throw refuse("an escape that is none in");
    }
    int decoded = high << 4 | low;
    if (decoded < 0x20 || decoded == 0x7F) {
      throw refuse("the escape of a control in");
    }
    if (decoded == '/' || decoded == '\\') {
      throw refuse("the escape of a slash in");
    }
    return (byte) decoded;
  }

  /** Takes a dot segment away again, with its slash unless it is the last. */
  private void endSegment(int segment, boolean last) {
    int dots = 0;
    while (dots < 2 && segment + dots < length && path[segment + dots] == '.') {
      dots++;
    }
    if (dots == 0) {
      return;
    }
    if (segment + dots < length) {
      if (path[segment + dots] == ';') {
        throw refuse("a dot segment with a parameter in");
      }
      return;
    }
    int slash = dots == 1 ? segment - 1 : slashBefore(segment - 1);
    length = last ? slash + 1 : slash;
  }

  private int slashBefore(int slash) {
    if (slash == 0) {
      throw refuse("dot segments that climb above the root in");
    }
    int before = slash - 1;
    while (path[before] != '/') {
      before--;
    }
    if (before == slash - 1) {
      throw refuse("a dot segment behind an empty one in");
    }
    return before;
  }

  private RuntimeException refuse(String why) {
    return RequestTarget.refuse(why, from, start, end);
  }
}
