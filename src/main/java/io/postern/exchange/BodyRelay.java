package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.postern.http.Fields;
import io.postern.http.MessageStream;

/**
 * The content of one message on its way from one stream to the other. This is the one place of
 * backpressure: where the destination is not writable, the source stops reading, and it reads again
 * when the destination says so. No content is held here.
 *
 * <p>Owned by the event loop of both streams.
 */
final class BodyRelay {

  private final MessageStream from;
  private final MessageStream to;
  private long bytes;
  private boolean held;
  private boolean ended;

  BodyRelay(MessageStream from, MessageStream to) {
    this.from = from;
    this.to = to;
  }

  /** Passes a piece on, and takes it over. */
  void content(ByteBuf piece, boolean last) {
    bytes += piece.readableBytes();
    ended = last;
    to.writeContent(piece, last);
    if (!last && !to.isWritable()) {
      held = true;
      from.pauseReading();
    }
  }

  /** Passes the trailer section on. */
  void trailers(Fields trailers) {
    ended = true;
    to.writeTrailers(trailers);
  }

  /** The destination has room again. */
  void onWritable() {
    if (!ended) {
      held = false;
      from.resumeReading();
    }
  }

  /** How many bytes of content have been passed on. */
  long bytes() {
    return bytes;
  }

  /** Whether the source does not read, because the destination takes no more. */
  boolean isHeld() {
    return held;
  }

  /** Whether anything of the message has been passed on, be it only its end. */
  boolean isBegun() {
    return ended || bytes > 0;
  }
}
