package io.postern.http;

import io.netty.util.AsciiString;

/**
 * The first line of a response (RFC 9112 §4). The reason phrase is dropped; servers that leave it
 * out together with the space before it are understood.
 *
 * @param version HTTP/1.0 or HTTP/1.1
 * @param status 100 to 999
 * @param size how many bytes the line has, CR LF among them
 */
record StatusLine(HttpVersion version, int status, int size) {

  /** {@code HTTP/1.1 200}. */
  private static final int SHORTEST = VersionToken.LENGTH + 4;

  /**
   * Reads the line that an array begins with.
   *
   * @param bytes has a line feed
   * @throws io.postern.fault.FaultException for what is wrong with the line
   */
  static StatusLine parse(byte[] bytes) {
    int end = FieldRules.endOfText(bytes, 0, bytes.length);
    if (bytes[end] != '\r' || bytes[end + 1] != '\n') {
      throw Refusal.OF_RESPONSE.badByte(bytes[end], "the status line");
    }
    HttpVersion version = VersionToken.read(bytes, 0, Math.min(end, VersionToken.LENGTH));
    int status = end < SHORTEST ? -1 : status(bytes);
    if (version == null || status < 100 || (end > SHORTEST && bytes[SHORTEST] != ' ')) {
      throw Refusal.OF_RESPONSE.malformed("not a status line: " + FieldRules.show(bytes, 0, end));
    }
    return new StatusLine(version, status, end + 2);
  }

  private static int status(byte[] bytes) {
    boolean parted = bytes[VersionToken.LENGTH] == ' ';
    return parted ? status(bytes, VersionToken.LENGTH + 1, SHORTEST) : -1;
  }

  /** The three digits of a status, or -1. */
  static int status(AsciiString text) {
    int start = text.arrayOffset();
    return text.length() == 3 ? status(text.array(), start, start + 3) : -1;
  }

  private static int status(byte[] bytes, int from, int to) {
    int status = 0;
    for (int i = from; i < to; i++) {
      if (!VersionToken.isDigit(bytes[i])) {
        return -1;
      }
      status = status * 10 + bytes[i] - '0';
    }
    return status;
  }
}
