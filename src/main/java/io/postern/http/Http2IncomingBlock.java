package io.postern.http;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field block of HTTP/2 that comes (RFC 9113 §8), in the shape that Netty's HPACK decoder fills:
 * the pseudo-fields by name, all else in one {@link Fields}. What is handed over is checked as it
 * comes, and an offence is kept until the block is complete, as the compression state demands.
 */
final class Http2IncomingBlock extends DefaultHttp2Headers {

  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  private final Fields fields = new Fields(16);
  private final Refusal refusal;
  private final int maxBytes;
  private final int maxFields;
  private @Nullable AsciiString status;
  private @Nullable AsciiString method;
  private @Nullable AsciiString scheme;
  private @Nullable AsciiString authority;
  private @Nullable AsciiString path;
  private @Nullable AsciiString protocol;
  private @Nullable AsciiString host;
  private @Nullable AsciiString contentLength;
  private @Nullable AsciiString cookie;
  private @Nullable Fault fault;
  private boolean pseudo;
  private int size;
  private int bytes;

  /**
   * A block to be filled from the wire.
   *
   * @param refusal of requests or of responses: what an offence is called
   */
  Http2IncomingBlock(Refusal refusal, int maxBytes, int maxFields) {
    super(false, false, 2);
    this.refusal = refusal;
    this.maxBytes = maxBytes;
    this.maxFields = maxFields;
  }

  @Override
  public Http2Headers add(CharSequence name, CharSequence value) {
    size++;
    bytes += name.length() + value.length() + 32; // RFC 9113 §6.5.2
    if (fault == null) {
      fault = take((AsciiString) name, (AsciiString) value);
    }
    return this;
  }

  private @Nullable Fault take(AsciiString name, AsciiString value) {
    if (bytes > maxBytes) {
      return fault(Reason.HEAD_TOO_LARGE, "more than " + maxBytes + " bytes");
    }
    int start = value.arrayOffset();
    if (!FieldRules.isValue(value.array(), start, start + value.length())) {
      return malformed("a value that may not stand in a field: " + FieldRules.show(value));
    }
    if (!name.isEmpty() && name.byteAt(0) == ':') {
      return takePseudo(name, value);
    }
    AsciiString known = FieldNames.lowerCase(name);
    if (known == null) {
      return malformed("not a field name: " + FieldRules.show(name));
    }
    if (fields.size() >= maxFields) {
      return fault(Reason.HEAD_TOO_LARGE, "more than " + maxFields + " fields");
    }
    return takeField(known, value);
  }

  private @Nullable Fault takePseudo(AsciiString name, AsciiString value) {
    pseudo = true;
    if (!fields.isEmpty() || host != null || contentLength != null || cookie != null) {
      return malformed("a pseudo-field behind a field");
    }
    String known = name.toString();
    AsciiString before =
        switch (known) {
          case ":status" -> status;
          case ":method" -> method;
          case ":scheme" -> scheme;
          case ":authority" -> authority;
          case ":path" -> path;
          case ":protocol" -> protocol;
          default -> name;
        };
    switch (known) {
      case ":status" -> status = value;
      case ":method" -> method = value;
      case ":scheme" -> scheme = value;
      case ":authority" -> authority = value;
      case ":path" -> path = value;
      case ":protocol" -> protocol = value;
      default -> {}
    }
    return before == null ? null : malformed("a pseudo-field that is unknown or comes twice");
  }

  @SuppressWarnings("ReferenceEquality")
  private @Nullable Fault takeField(AsciiString name, AsciiString value) {
    if (name == FieldNames.HOST) {
      if (host != null) {
        return malformed("host comes twice");
      }
      host = value;
    } else if (name == FieldNames.CONTENT_LENGTH) {
      if (contentLength != null) {
        return fault(Reason.AMBIGUOUS_LENGTH, "content-length comes twice");
      }
      contentLength = value;
    } else if (name == FieldNames.COOKIE) {
      cookie = cookie == null || cookie.isEmpty() ? value : withCrumb(cookie, value);
    } else if (FieldRules.isOfConnection(name)
        || (name == FieldNames.TE && !value.contentEqualsIgnoreCase("trailers"))) {
      return malformed("a field of HTTP/1.1 connections: " + name);
    } else {
      fields.add(name, value);
    }
    return null;
  }

  /**
   * RFC 9113 §8.2.3: a cookie may come in crumbs, and is one field on every other version. An empty
   * one would leave a blank at the end, which no field ends with.
   */
  private static AsciiString withCrumb(AsciiString cookie, AsciiString crumb) {
    return crumb.isEmpty() ? cookie : cookie.concat("; ").concat(crumb);
  }

  /**
   * The head that the block says.
   *
   * @param last whether the request ends with it
   * @throws FaultException where it is not a valid request head
   */
  RequestHead toRequestHead(boolean last) {
    check(status == null ? null : malformed(":status in a request"));
    AsciiString verb = method;
    AsciiString site = authority == null ? host : authority;
    if (verb == null || scheme == null || path == null || site == null) {
      throw new FaultException(
          verb != null && verb.contentEquals(Methods.CONNECT)
              ? Fault.of(Reason.METHOD_UNSUPPORTED)
              : malformed("a pseudo-field is missing"));
    }
    int port = usualPort(scheme);
    Authority asked = Authority.parse(site);
    if (asked == null) {
      throw new FaultException(malformed("not an authority: " + FieldRules.show(site)));
    }
    if (host != null && !asked.names(Authority.parse(host), port)) {
      throw new FaultException(malformed(":authority and host differ"));
    }
    return protocol == null
        ? head(method(verb), asked, path, last)
        : tunnel(verb, asked, path, protocol);
  }

  private int usualPort(AsciiString named) {
    if (named.contentEqualsIgnoreCase("https")) {
      return 443;
    }
    if (named.contentEqualsIgnoreCase("http")) {
      return 80;
    }
    throw new FaultException(malformed("the scheme is neither https nor http"));
  }

  /** RFC 8441 §4: what is meant by an extended CONNECT is a GET in HTTP/1.1, and said so here. */
  private RequestHead tunnel(
      AsciiString verb, Authority asked, AsciiString target, AsciiString upgrade) {
    if (!verb.contentEquals(Methods.CONNECT) || contentLength != null || !isToken(upgrade)) {
      throw new FaultException(malformed("not an extended CONNECT"));
    }
    return head(Methods.GET, asked, target, true).upgradingTo(upgrade.toLowerCase());
  }

  private RequestHead head(AsciiString verb, Authority asked, AsciiString target, boolean last) {
    int start = target.arrayOffset();
    RequestTarget parsed =
        RequestTarget.parse(
            target.array(), start, start + target.length(), verb.contentEquals(Methods.OPTIONS));
    if (parsed.authority() != null) {
      throw new FaultException(Reason.BAD_TARGET, "a whole URI in :path");
    }
    return new RequestHead(
        HttpVersion.HTTP_2,
        verb,
        asked.text(),
        parsed.target(),
        asked.host(),
        parsed.path(),
        parsed.query(),
        completeFields(),
        length(),
        !last);
  }

  private static boolean isToken(AsciiString text) {
    boolean token = !text.isEmpty() && text.length() <= 32;
    for (int i = 0; token && i < text.length(); i++) {
      token = FieldNames.isToken(text.byteAt(i));
    }
    return token;
  }

  /** A method is a token; every one of those that we know of is short. */
  private AsciiString method(AsciiString verb) {
    if (!isToken(verb)) {
      throw new FaultException(malformed("not a method: " + FieldRules.show(verb)));
    }
    AsciiString known = Methods.canonical(verb);
    if (known.contentEquals(Methods.CONNECT)) {
      throw new FaultException(Fault.of(Reason.METHOD_UNSUPPORTED));
    }
    return known;
  }

  /**
   * The head that the block says.
   *
   * @param toHead whether the request was a HEAD
   * @param last whether the response ends with it
   * @throws FaultException where it is not a valid response head
   */
  ResponseHead toResponseHead(boolean toHead, boolean last) {
    boolean asks = method != null || scheme != null || authority != null || path != null;
    check(asks || protocol != null ? malformed("a pseudo-field of a request in a response") : null);
    int code = status == null ? 0 : StatusLine.status(status);
    if (code < 100) {
      throw refusal.malformed(
          status == null ? "no :status" : "not a :status: " + FieldRules.show(status));
    }
    if (code == SWITCHING_PROTOCOLS || (code < 200 && last)) {
      throw refusal.malformed(last ? "a " + code + " that ends the stream" : "a 101 in HTTP/2");
    }
    long announced = length();
    boolean bare = code < 200 || code == NO_CONTENT;
    boolean none = bare || toHead || code == NOT_MODIFIED;
    if (bare) {
      announced = -1;
    } else if (last && !none && announced < 0) {
      announced = 0;
    }
    return new ResponseHead(
        HttpVersion.HTTP_2, code, completeFields(), announced, !none && announced != 0);
  }

  /** The trailer section that the block says, as far as it goes on. */
  Fields toTrailers() {
    check(
        pseudo || host != null || contentLength != null
            ? malformed("a field that may not stand in trailers")
            : null);
    Fields trailers = new Fields(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      if (FieldRules.passesAsTrailer(fields.name(i), refusal)) {
        trailers.add(fields.name(i), fields.value(i));
      }
    }
    return trailers; // without a cookie, which does not go on
  }

  /**
   * What came before it was refused, as HTTP/1.1 would say it; without what was wrong by itself.
   */
  Passage refused() {
    StringBuilder lines = new StringBuilder();
    show(lines, ":method", method);
    show(lines, ":scheme", scheme);
    show(lines, ":authority", authority);
    show(lines, ":path", path);
    show(lines, ":protocol", protocol);
    show(lines, ":status", status);
    show(lines, "host", host);
    show(lines, "content-length", contentLength);
    show(lines, "cookie", cookie);
    for (int i = 0; i < fields.size(); i++) {
      show(lines, fields.name(i), fields.value(i));
    }
    return Passage.of(lines.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void show(StringBuilder to, CharSequence name, @Nullable CharSequence value) {
    if (value != null) {
      to.append(name).append(": ").append(value).append("\r\n");
    }
  }

  private Fields completeFields() {
    if (cookie != null) {
      fields.add(FieldNames.COOKIE, cookie);
      cookie = null;
    }
    return fields;
  }

  private long length() {
    AsciiString text = contentLength;
    if (text == null) {
      return -1;
    }
    int start = text.arrayOffset();
    long length = FieldRules.length(text.array(), start, start + text.length());
    if (length == FieldRules.TOO_LARGE) {
      throw refusal.as(Reason.CONTENT_TOO_LARGE, "a content-length beyond any number");
    }
    if (length == FieldRules.NOT_A_NUMBER) {
      throw refusal.as(Reason.AMBIGUOUS_LENGTH, "not a content-length: " + FieldRules.show(text));
    }
    return length;
  }

  private void check(@Nullable Fault further) {
    Fault found = fault == null ? further : fault;
    if (found != null) {
      throw new FaultException(found);
    }
  }

  private Fault malformed(String what) {
    return fault(Reason.MALFORMED_REQUEST, what);
  }

  private Fault fault(Reason reason, String what) {
    return refusal.as(reason, what).fault();
  }

  @Override
  public @Nullable CharSequence status() {
    return status;
  }

  /** Nothing, so that Netty leaves Content-Length to this class. */
  @Override
  public List<CharSequence> getAll(CharSequence name) {
    return List.of();
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public boolean isEmpty() {
    return size == 0;
  }
}
