package io.postern.http;

import io.netty.util.AsciiString;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one HTTP/1.1 head, and what those among them say that frame the message or name its
 * host. The rules are stricter than RFC 9112 §6.3 asks: two lengths are refused even where they are
 * equal, since whoever is behind us may read only one.
 *
 * <p>Owned by the event loop of its connection.
 */
final class HeadFields implements FieldLines.Taker {

  private static final AsciiString CLOSE = AsciiString.cached("close");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final AsciiString COMMA = AsciiString.cached(",");

  /** Room for what browsers and SDKs commonly send, so that the array rarely grows. */
  private static final int USUAL = 16;

  private final Refusal refusal;
  private Fields fields = new Fields(0);
  private long length;
  private TransferCoding coding = TransferCoding.NONE;
  private @Nullable AsciiString host;
  private @Nullable AsciiString upgrade;
  private boolean close;
  private boolean keepAlive;
  private boolean upgrades;

  HeadFields(Refusal refusal) {
    this.refusal = refusal;
  }

  /** Begins the next head. */
  void begin() {
    fields = new Fields(USUAL);
    length = -1;
    coding = TransferCoding.NONE;
    host = null;
    upgrade = null;
    close = false;
    keepAlive = false;
    upgrades = false;
  }

  /** The fields that do not frame the message, of whom the caller becomes the owner. */
  Fields take() {
    Fields taken = fields;
    fields = new Fields(0);
    return taken;
  }

  /** The Content-Length; -1 where there was none. */
  long length() {
    return length;
  }

  /** What the Transfer-Encoding comes to. */
  TransferCoding coding() {
    return coding;
  }

  /** The value of the one Host field, or null. */
  @Nullable AsciiString host() {
    return host;
  }

  /**
   * The list of protocols in Upgrade, in lower case; null where Connection does not say that it is
   * meant (RFC 9110 §7.8).
   */
  @Nullable AsciiString upgrade() {
    return !upgrades || upgrade == null || upgrade.isEmpty() ? null : upgrade.toLowerCase();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a known name is always the same object
  public void field(AsciiString name, byte[] bytes, int from, int to) {
    if (name == FieldNames.CONTENT_LENGTH) {
      contentLength(bytes, from, to);
      return;
    }
    if (name == FieldNames.TRANSFER_ENCODING) {
      coding = coding.and(bytes, from, to);
      return;
    }
    AsciiString value =
        from == to ? AsciiString.EMPTY_STRING : new AsciiString(bytes, from, to - from, false);
    if (name == FieldNames.HOST) {
      host(value);
      return;
    }
    if (name == FieldNames.CONNECTION) {
      close |= FieldRules.lists(value, CLOSE);
      keepAlive |= FieldRules.lists(value, KEEP_ALIVE);
      upgrades |= FieldRules.lists(value, FieldNames.UPGRADE);
    } else if (name == FieldNames.UPGRADE) {
      upgrade = upgrade == null ? value : upgrade.concat(COMMA).concat(value);
    }
    fields.add(name, value);
  }

  private void contentLength(byte[] bytes, int from, int to) {
    if (length >= 0) {
      throw refusal.as(Reason.AMBIGUOUS_LENGTH, "more than one Content-Length");
    }
    length = FieldRules.length(bytes, from, to);
    if (length == FieldRules.TOO_LARGE) {
      throw refusal.as(Reason.CONTENT_TOO_LARGE, "a Content-Length beyond any number");
    }
    if (length == FieldRules.NOT_A_NUMBER) {
      throw refusal.as(
          Reason.AMBIGUOUS_LENGTH, "not a Content-Length: " + FieldRules.show(bytes, from, to));
    }
  }

  private void host(AsciiString value) {
    if (host != null) {
      throw refusal.malformed("more than one Host");
    }
    host = value;
  }

  /** Whether the content is chunked; refuses what leaves doubt about it (RFC 9112 §6.1, §6.3). */
  boolean isChunked(HttpVersion version) {
    if (coding == TransferCoding.NONE) {
      return false;
    }
    if (length >= 0) {
      throw refusal.as(Reason.AMBIGUOUS_LENGTH, "both Content-Length and Transfer-Encoding");
    }
    if (version == HttpVersion.HTTP_1_0) {
      throw refusal.as(Reason.AMBIGUOUS_LENGTH, "Transfer-Encoding in HTTP/1.0");
    }
    return switch (coding) {
      case NONE -> false;
      case CHUNKED -> true;
      case UNFRAMED ->
          throw refusal.as(
              Reason.AMBIGUOUS_LENGTH, "a Transfer-Encoding that does not end with chunked");
      case AMBIGUOUS ->
          throw refusal.as(
              Reason.AMBIGUOUS_LENGTH, "a Transfer-Encoding with something behind chunked");
      case CODED ->
          throw refusal.as(Reason.CODING_UNSUPPORTED, "a Transfer-Encoding with more than chunked");
      case MALFORMED -> throw refusal.malformed("not a Transfer-Encoding");
    };
  }

  /** Whether the connection persists behind this message (RFC 9112 §9.3): {@code close} wins. */
  boolean keepsAlive(HttpVersion version) {
    return !close && (keepAlive || version == HttpVersion.HTTP_1_1);
  }
}
