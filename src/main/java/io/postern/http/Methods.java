package io.postern.http;

import io.netty.util.AsciiString;

/**
 * The methods that mean something to a proxy. A codec makes a known method one of these objects.
 */
public final class Methods {

  public static final AsciiString GET = AsciiString.cached("GET");
  public static final AsciiString HEAD = AsciiString.cached("HEAD");
  public static final AsciiString POST = AsciiString.cached("POST");
  public static final AsciiString PUT = AsciiString.cached("PUT");
  public static final AsciiString DELETE = AsciiString.cached("DELETE");
  public static final AsciiString OPTIONS = AsciiString.cached("OPTIONS");
  public static final AsciiString PATCH = AsciiString.cached("PATCH");
  public static final AsciiString TRACE = AsciiString.cached("TRACE");
  public static final AsciiString CONNECT = AsciiString.cached("CONNECT");

  private static final AsciiString[] KNOWN = {
    GET, POST, PUT, HEAD, DELETE, OPTIONS, PATCH, TRACE, CONNECT
  };

  private Methods() {}

  /** The known object for a method, or the same one. */
  public static AsciiString canonical(AsciiString method) {
    for (AsciiString known : KNOWN) {
      if (known.contentEquals(method)) {
        return known;
      }
    }
    return method;
  }

  /** Whether a request may be sent twice without harm (RFC 9110 §9.2.2). */
  @SuppressWarnings("ReferenceEquality")
  public static boolean isIdempotent(AsciiString method) {
    return method == GET
        || method == HEAD
        || method == PUT
        || method == DELETE
        || method == OPTIONS
        || method == TRACE;
  }
}
