package io.postern.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response, as both HTTP/1.1 and HTTP/2 make it. Content-Length and Transfer-Encoding
 * are not among the fields.
 *
 * @param version the version it was sent in
 * @param status 100 to 999
 * @param fields the other fields; the exchange that takes the head may change them
 * @param contentLength the announced length in bytes, which a response to HEAD and a 304 may have
 *     without content; -1 where none was
 * @param hasContent whether content may follow the head
 * @param upgrade the protocol that a 101 switches to, in lower case: from here on both directions
 *     are bytes that HTTP does not frame, and each has its own end; null for any other status
 */
public record ResponseHead(
    HttpVersion version,
    int status,
    Fields fields,
    long contentLength,
    boolean hasContent,
    @Nullable AsciiString upgrade) {

  /** A head that switches to no other protocol. */
  public ResponseHead(
      HttpVersion version, int status, Fields fields, long contentLength, boolean hasContent) {
    this(version, status, fields, contentLength, hasContent, null);
  }

  /** Whether another head of the same response follows (RFC 9110 §15.2). */
  public boolean isInformational() {
    return status < 200 && upgrade == null;
  }
}
