package io.postern.http;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A field block of HTTP/2 that goes (RFC 9113 §8), in the shape that Netty's HPACK encoder reads:
 * the pseudo-fields and the length first, then the {@link Fields} of the message as they are.
 */
final class Http2OutgoingBlock extends DefaultHttp2Headers {

  private static final AsciiString STATUS = Http2Headers.PseudoHeaderName.STATUS.value();
  private static final AsciiString METHOD = Http2Headers.PseudoHeaderName.METHOD.value();
  private static final AsciiString SCHEME = Http2Headers.PseudoHeaderName.SCHEME.value();
  private static final AsciiString AUTHORITY = Http2Headers.PseudoHeaderName.AUTHORITY.value();
  private static final AsciiString PROTOCOL = Http2Headers.PseudoHeaderName.PROTOCOL.value();
  private static final AsciiString PATH = Http2Headers.PseudoHeaderName.PATH.value();

  private static final AsciiString[] STATUS_VALUES = new AsciiString[1000];

  static {
    for (int status = 100; status < 1000; status++) {
      STATUS_VALUES[status] = AsciiString.cached(Integer.toString(status));
    }
  }

  private final @Nullable AsciiString status;
  private final Fields lead;
  private final Fields fields;

  private Http2OutgoingBlock(@Nullable AsciiString status, Fields lead, Fields fields) {
    super(false, false, 2);
    this.status = status;
    this.lead = lead;
    this.fields = fields;
  }

  /** The block of a response head. */
  static Http2OutgoingBlock of(ResponseHead head) {
    // RFC 8441 §4: a tunnel begins with 200, for there is no 101 (RFC 9113 §8.6).
    AsciiString status = STATUS_VALUES[head.upgrade() == null ? head.status() : 200];
    Fields lead = new Fields(2).add(STATUS, status);
    addLength(lead, head.contentLength());
    return new Http2OutgoingBlock(status, lead, head.fields());
  }

  /**
   * The block of a request head; of one that asks for a tunnel it is an extended CONNECT.
   *
   * @param scheme of the connection that it is sent on
   */
  static Http2OutgoingBlock of(RequestHead head, AsciiString scheme) {
    AsciiString upgrade = head.upgrade();
    Fields lead = new Fields(5).add(METHOD, upgrade == null ? head.method() : Methods.CONNECT);
    if (upgrade != null) {
      lead.add(PROTOCOL, upgrade);
    }
    lead.add(SCHEME, scheme);
    if (!head.authority().isEmpty()) {
      lead.add(AUTHORITY, head.authority());
    }
    lead.add(PATH, head.target());
    if (upgrade == null) {
      addLength(lead, head.contentLength());
    }
    Fields fields = upgrade == null ? head.fields() : ExtendedConnect.fields(head);
    return new Http2OutgoingBlock(null, lead, fields);
  }

  /** The block of a trailer section. */
  static Http2OutgoingBlock of(Fields trailers) {
    return new Http2OutgoingBlock(null, new Fields(0), trailers);
  }

  private static void addLength(Fields lead, long length) {
    if (length >= 0) {
      lead.add(FieldNames.CONTENT_LENGTH, AsciiString.of(Long.toString(length)));
    }
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
    return lead.size() + fields.size();
  }

  @Override
  public boolean isEmpty() {
    return size() == 0;
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iterator() {
    return new Walk();
  }

  /** Goes through the block; the one entry says what the walk stands at. */
  private final class Walk
      implements Iterator<Map.Entry<CharSequence, CharSequence>>,
          Map.Entry<CharSequence, CharSequence> {

    private Fields in = lead;
    private int at = -1;

    @Override
    public boolean hasNext() {
      return at + 1 < in.size() || (in == lead && !fields.isEmpty());
    }

    @Override
    public Map.Entry<CharSequence, CharSequence> next() {
      if (++at == in.size()) {
        in = fields;
        at = 0;
      }
      return this;
    }

    @Override
    public CharSequence getKey() {
      return in.name(at);
    }

    @Override
    public CharSequence getValue() {
      return in.value(at);
    }

    @Override
    public CharSequence setValue(CharSequence changed) {
      throw new UnsupportedOperationException("a head is not changed while it is written");
    }
  }
}
