package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.postern.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The content of a request as far as it has come, so that it can be sent again. It is copied: what
 * the socket was read into is often much larger.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class KeptContent {

  private final int limit;
  private @Nullable ByteBuf bytes;
  private @Nullable Fields trailers;

  /** Nothing yet, and this many bytes at most. */
  KeptContent(int limit) {
    this.limit = limit;
  }

  /**
   * Keeps a piece, and leaves it as it is.
   *
   * @return false where it would be more than may be kept
   */
  boolean add(ByteBuf piece) {
    ByteBuf all = bytes;
    int size = (all == null ? 0 : all.readableBytes()) + piece.readableBytes();
    if (size > limit) {
      return false;
    }
    if (all == null) {
      all = piece.alloc().buffer(size, limit);
      bytes = all;
    }
    all.writeBytes(piece, piece.readerIndex(), piece.readableBytes());
    return true;
  }

  /** Keeps the trailer section, which ends it. */
  void add(Fields section) {
    trailers = section;
  }

  /** Whether there is neither content nor a trailer section. */
  boolean isEmpty() {
    return (bytes == null || !bytes.isReadable()) && trailers == null;
  }

  /**
   * Passes all of it on.
   *
   * @param ended whether it is the whole content
   */
  void writeTo(BodyRelay relay, boolean ended) {
    boolean last = ended && trailers == null;
    if (bytes != null && bytes.isReadable()) {
      relay.content(bytes.copy(), last); // what comes later may move these bytes
    }
    if (trailers != null) {
      relay.trailers(trailers);
    }
  }

  /** Lets go of it. */
  void release() {
    if (bytes != null) {
      bytes.release();
      bytes = null;
    }
  }
}
