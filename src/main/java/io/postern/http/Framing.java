package io.postern.http;

/** How the end of an HTTP/1.1 message is found (RFC 9112 §6.3). */
enum Framing {
  /** The message ends with its head. */
  NONE,
  /** As many bytes follow as Content-Length says: at least one. */
  LENGTH,
  /** Chunks follow, and perhaps trailers. */
  CHUNKED,
  /** All that comes until the connection closes. Responses only. */
  UNTIL_CLOSE
}
