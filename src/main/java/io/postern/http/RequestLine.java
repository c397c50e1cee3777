package io.postern.http;

import io.netty.util.AsciiString;
import io.postern.fault.Reason;

/**
 * The first line of a request (RFC 9112 §3): method, target and version, one space between them.
 *
 * @param method one of {@link Methods} where it is known there
 * @param target what is asked for
 * @param version HTTP/1.0 or HTTP/1.1
 * @param size how many bytes the line has, CR LF among them
 */
record RequestLine(AsciiString method, RequestTarget target, HttpVersion version, int size) {

  private static final int MAX_METHOD = 32;

  /**
   * Reads the line that an array begins with.
   *
   * @param bytes has a line feed; the parts are views of it
   * @throws io.postern.fault.FaultException for what is wrong with the line
   */
  static RequestLine parse(byte[] bytes) {
    int end = FieldRules.endOfText(bytes, 0, bytes.length);
    if (bytes[end] != '\r' || bytes[end + 1] != '\n') {
      throw Refusal.OF_REQUEST.badByte(bytes[end], "the request line");
    }
    int methodEnd = endOfPart(bytes, 0, end);
    int targetEnd = endOfPart(bytes, methodEnd + 1, end);
    if (methodEnd == 0 || targetEnd <= methodEnd + 1 || targetEnd == end) {
      throw Refusal.OF_REQUEST.malformed(
          "not method, target and version: " + FieldRules.show(bytes, 0, end));
    }
    checkMethod(bytes, methodEnd);
    HttpVersion version = version(bytes, targetEnd + 1, end);
    AsciiString method = method(bytes, methodEnd);
    RequestTarget target =
        RequestTarget.parse(bytes, methodEnd + 1, targetEnd, method.equals(Methods.OPTIONS));
    return new RequestLine(method, target, version, end + 2);
  }

  private static int endOfPart(byte[] bytes, int from, int end) {
    int i = from;
    while (i < end && bytes[i] != ' ') {
      i++;
    }
    return i;
  }

  private static void checkMethod(byte[] bytes, int end) {
    for (int i = 0; i < end; i++) {
      if (!FieldNames.isToken(bytes[i])) {
        throw Refusal.OF_REQUEST.malformed("not a method: " + FieldRules.show(bytes, 0, end));
      }
    }
  }

  private static HttpVersion version(byte[] bytes, int from, int end) {
    HttpVersion version = VersionToken.read(bytes, from, end);
    if (version != null) {
      return version;
    }
    String shown = FieldRules.show(bytes, from, end);
    if (VersionToken.isVersion(bytes, from, end)) {
      throw Refusal.OF_REQUEST.as(Reason.VERSION_UNSUPPORTED, shown);
    }
    throw Refusal.OF_REQUEST.malformed("not a version: " + shown);
  }

  private static AsciiString method(byte[] bytes, int end) {
    AsciiString sent = new AsciiString(bytes, 0, end, false);
    AsciiString method = Methods.canonical(sent);
    if (method.equals(Methods.CONNECT) || end > MAX_METHOD) {
      throw Refusal.OF_REQUEST.as(Reason.METHOD_UNSUPPORTED, FieldRules.show(bytes, 0, end));
    }
    return method;
  }
}
