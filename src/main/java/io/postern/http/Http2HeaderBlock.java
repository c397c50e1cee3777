package io.postern.http;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A field block of HTTP/2 (RFC 9113 §8), in the shape that Netty's HPACK codec fills and reads: the
 * pseudo-fields by name, all else in one {@link Fields}. What HPACK hands over is checked as it
 * comes, and an offence is kept until the block is complete, as the compression state demands.
 */
final class Http2HeaderBlock extends DefaultHttp2Headers {

  private static final AsciiString STATUS = AsciiString.cached(":status");
  private static final AsciiString[] STATUS_VALUES = new AsciiString[1000];

  static {
    for (int status = 100; status < 1000; status++) {
      STATUS_VALUES[status] = AsciiString.cached(Integer.toString(status));
    }
  }

  private final Fields fields;
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

  private Http2HeaderBlock(Fields fields, int maxBytes, int maxFields) {
    super(false, false, 2);
    this.fields = fields;
    this.maxBytes = maxBytes;
    this.maxFields = maxFields;
  }

  /** A block to be filled from the wire. */
  static Http2HeaderBlock toRead(int maxBytes, int maxFields) {
    return new Http2HeaderBlock(new Fields(16), maxBytes, maxFields);
  }

  /** The block of a response head. */
  static Http2HeaderBlock of(ResponseHead head) {
    Http2HeaderBlock block = new Http2HeaderBlock(head.fields(), 0, 0);
    // RFC 8441 §4: a tunnel begins with 200, for there is no 101 (RFC 9113 §8.6).
    block.status = STATUS_VALUES[head.upgrade() == null ? head.status() : 200];
    if (head.contentLength() >= 0) {
      block.contentLength = AsciiString.of(Long.toString(head.contentLength()));
    }
    return block;
  }

  /** The block of a trailer section. */
  static Http2HeaderBlock of(Fields trailers) {
    return new Http2HeaderBlock(trailers, 0, 0);
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
      return new Fault(Reason.HEAD_TOO_LARGE, "more than " + maxBytes + " bytes");
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
      return new Fault(Reason.HEAD_TOO_LARGE, "more than " + maxFields + " fields");
    }
    return takeField(known, value);
  }

  private @Nullable Fault takePseudo(AsciiString name, AsciiString value) {
    pseudo = true;
    if (!fields.isEmpty() || host != null || contentLength != null || cookie != null) {
      return malformed("a pseudo-field behind a field");
    }
    AsciiString before =
        switch (name.toString()) {
          case ":method" -> {
            AsciiString old = method;
            method = value;
            yield old;
          }
          case ":scheme" -> {
            AsciiString old = scheme;
            scheme = value;
            yield old;
          }
          case ":authority" -> {
            AsciiString old = authority;
            authority = value;
            yield old;
          }
          case ":path" -> {
            AsciiString old = path;
            path = value;
            yield old;
          }
          case ":protocol" -> {
            AsciiString old = protocol;
            protocol = value;
            yield old;
          }
          default -> name;
        };
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
        return new Fault(Reason.AMBIGUOUS_LENGTH, "content-length comes twice");
      }
      contentLength = value;
    } else if (name == FieldNames.COOKIE) {
      // RFC 9113 §8.2.3: a cookie may come in crumbs, and is one field on every other version.
      cookie = cookie == null ? value : cookie.concat("; ").concat(value);
    } else if (FieldRules.isOfConnection(name)
        || (name == FieldNames.TE && !value.contentEqualsIgnoreCase("trailers"))) {
      return malformed("a field of HTTP/1.1 connections: " + name);
    } else {
      fields.add(name, value);
    }
    return null;
  }

  /**
   * The head that the block says.
   *
   * @param last whether the request ends with it
   * @throws FaultException where it is not a valid request head
   */
  RequestHead toRequestHead(boolean last) {
    check(null);
    AsciiString verb = method;
    AsciiString site = authority == null ? host : authority;
    if (verb == null || scheme == null || path == null || site == null) {
      throw new FaultException(
          verb != null && verb.contentEquals(Methods.CONNECT)
              ? Fault.of(Reason.METHOD_UNSUPPORTED)
              : malformed("a pseudo-field is missing"));
    }
    if (host != null && !host.contentEqualsIgnoreCase(site)) {
      throw new FaultException(malformed(":authority and host differ"));
    }
    if (!scheme.contentEquals("https") && !scheme.contentEquals("http")) {
      throw new FaultException(malformed("the scheme is neither https nor http"));
    }
    Authority asked = Authority.parse(site);
    if (asked == null) {
      throw new FaultException(malformed("not an authority: " + FieldRules.show(site)));
    }
    return protocol == null
        ? head(method(verb), asked, path, last)
        : tunnel(verb, asked, path, protocol);
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
  private static AsciiString method(AsciiString verb) {
    if (!isToken(verb)) {
      throw new FaultException(malformed("not a method: " + FieldRules.show(verb)));
    }
    AsciiString known = Methods.canonical(verb);
    if (known.contentEquals(Methods.CONNECT)) {
      throw new FaultException(Fault.of(Reason.METHOD_UNSUPPORTED));
    }
    return known;
  }

  /** The trailer section that the block says. */
  Fields toTrailers() {
    check(
        pseudo || host != null || contentLength != null
            ? malformed("a field that may not stand in trailers")
            : null);
    return completeFields();
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
      throw new FaultException(Reason.CONTENT_TOO_LARGE, "a content-length beyond any number");
    }
    if (length == FieldRules.NOT_A_NUMBER) {
      throw new FaultException(
          Reason.AMBIGUOUS_LENGTH, "not a content-length: " + FieldRules.show(text));
    }
    return length;
  }

  private void check(@Nullable Fault further) {
    Fault found = fault == null ? further : fault;
    if (found != null) {
      throw new FaultException(found);
    }
  }

  private static Fault malformed(String what) {
    return new Fault(Reason.MALFORMED_REQUEST, what);
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
    return status == null ? size : fields.size() + (contentLength == null ? 1 : 2);
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
    return new Walk();
  }

  /** Goes through a block that is written; the one entry says what the walk stands at. */
  private final class Walk
      implements Iterator<Map.Entry<CharSequence, CharSequence>>,
          Map.Entry<CharSequence, CharSequence> {

    private int next = status == null ? 0 : contentLength == null ? -1 : -2;
    private AsciiString name = AsciiString.EMPTY_STRING;
    private AsciiString value = AsciiString.EMPTY_STRING;

    @Override
    public boolean hasNext() {
      return next < fields.size();
    }

    @Override
    public Map.Entry<CharSequence, CharSequence> next() {
      int at = next++;
      if (at >= 0) {
        name = fields.name(at);
        value = fields.value(at);
      } else if (status != null && name.isEmpty()) {
        name = STATUS;
        value = status;
      } else if (contentLength != null) {
        name = FieldNames.CONTENT_LENGTH;
        value = contentLength;
      }
      return this;
    }

    @Override
    public CharSequence getKey() {
      return name;
    }

    @Override
    public CharSequence getValue() {
      return value;
    }

    @Override
    public CharSequence setValue(CharSequence changed) {
      throw new UnsupportedOperationException("a head is not changed while it is written");
    }
  }
}
