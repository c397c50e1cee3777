package io.postern.http;

import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, as both HTTP/1.1 and HTTP/2 make it: what was understood, and nothing that
 * frames a connection. Host, Content-Length and Transfer-Encoding are not among the fields: they
 * are written anew from {@link #authority}, {@link #contentLength} and {@link #hasContent}.
 *
 * @param version the version it was sent in
 * @param method the method, case kept
 * @param authority host and port as the client wrote them, from {@code :authority}, the absolute
 *     form or Host; empty only in HTTP/1.0
 * @param target path and query as the client wrote them, {@code *} for an OPTIONS of the server
 * @param host the host of the authority, lower case, without port and trailing dot: for matching
 * @param path the path of the target, normalised: for matching, never sent
 * @param query what follows the {@code ?} of the target; empty where there is none
 * @param fields the other fields; the exchange that takes the head may change them
 * @param contentLength the announced length in bytes; -1 where none was
 * @param hasContent whether content may follow the head
 * @param upgrade what the client would go on with in place of HTTP (RFC 9110 §7.8, RFC 8441 §4), in
 *     lower case: one protocol, or several in a list, of which {@link #upgradingTo} leaves one;
 *     null in the usual case. A head with one has no content, and what follows it waits for the
 *     answer: {@link ResponseHead#upgrade}
 */
public record RequestHead(
    HttpVersion version,
    AsciiString method,
    AsciiString authority,
    AsciiString target,
    AsciiString host,
    AsciiString path,
    AsciiString query,
    Fields fields,
    long contentLength,
    boolean hasContent,
    @Nullable AsciiString upgrade) {

  /** A head that asks for no other protocol. */
  public RequestHead(
      HttpVersion version,
      AsciiString method,
      AsciiString authority,
      AsciiString target,
      AsciiString host,
      AsciiString path,
      AsciiString query,
      Fields fields,
      long contentLength,
      boolean hasContent) {
    this(
        version,
        method,
        authority,
        target,
        host,
        path,
        query,
        fields,
        contentLength,
        hasContent,
        null);
  }

  /** The same head, asking for this protocol, or for none where that is null. */
  public RequestHead upgradingTo(@Nullable AsciiString protocol) {
    return new RequestHead(
        version,
        method,
        authority,
        target,
        host,
        path,
        query,
        fields,
        contentLength,
        false,
        protocol);
  }

  /**
   * The same head, asking another host or for another target.
   *
   * @param asked host and port, or empty where this one is too
   * @param other path and query, as they are to be sent, or {@code *}
   * @throws FaultException where the target is none, or the host
   */
  public RequestHead asking(AsciiString asked, AsciiString other) {
    byte[] bytes = other.toByteArray();
    RequestTarget parsed =
        RequestTarget.parse(bytes, 0, bytes.length, method.equals(Methods.OPTIONS));
    Authority named = asked.isEmpty() ? null : Authority.parse(asked);
    if (parsed.authority() != null || (named == null && !asked.isEmpty())) {
      throw new FaultException(Reason.BAD_TARGET, "not to be asked for: " + FieldRules.show(asked));
    }
    return new RequestHead(
        version,
        method,
        asked,
        parsed.target(),
        named == null ? asked : named.host(),
        parsed.path(),
        parsed.query(),
        fields,
        contentLength,
        hasContent,
        upgrade);
  }

  /**
   * The same head with fields of its own, whose content comes at once: it expects no 100
   * (Continue).
   */
  public RequestHead copy() {
    Fields own = new Fields(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      own.add(fields.name(i), fields.value(i));
    }
    return new RequestHead(
        version,
        method,
        authority,
        target,
        host,
        path,
        query,
        own.remove(FieldNames.EXPECT),
        contentLength,
        hasContent,
        upgrade);
  }

  private static final AsciiString CONTINUE = AsciiString.cached("100-continue");

  /**
   * Whether the client may wait for a 100 (Continue) before it sends content (RFC 9110 §10.1.1).
   */
  public boolean expectsContinue() {
    AsciiString expect = fields.get(FieldNames.EXPECT);
    return expect != null
        && version != HttpVersion.HTTP_1_0
        && expect.contentEqualsIgnoreCase(CONTINUE);
  }

  /**
   * Whether it has content to which its method gives no meaning (RFC 9110 §9.3.1, §9.3.2, §9.3.5):
   * a server may leave that unread, and take it for the next request.
   */
  @SuppressWarnings("ReferenceEquality")
  boolean hasDoubtfulContent() {
    return hasContent
        && (method == Methods.GET || method == Methods.HEAD || method == Methods.DELETE);
  }

  /** Whether the response must have no content (RFC 9110 §9.3.2). */
  @SuppressWarnings("ReferenceEquality")
  public boolean isHead() {
    return method == Methods.HEAD;
  }
}
