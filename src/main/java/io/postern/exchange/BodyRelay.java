package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.postern.http.Fields;
import io.postern.http.MessageStream;
import io.postern.shaping.Way;
import org.jspecify.annotations.Nullable;

/**
 * The content of one message on its way from one stream to the other. This is the one place of
 * backpressure: where the destination is not writable, or others have a right to go on before, the
 * source stops reading, and it reads again when neither holds any more. No content is held here.
 *
 * <p>Owned by the event loop of both streams.
 */
final class BodyRelay implements Runnable {

  private final MessageStream from;
  private final MessageStream to;
  private final Shaping shaping;
  private final @Nullable Runnable onReading;
  private @Nullable Flow flow;
  private long bytes;
  private boolean full;
  private boolean ended;
  private boolean over;

  /**
   * Nothing has passed yet.
   *
   * @param shaping what its content has to wait for
   * @param onReading for what comes from the client: told when it is read again by itself; null for
   *     what goes to it
   */
  BodyRelay(MessageStream from, MessageStream to, Shaping shaping, @Nullable Runnable onReading) {
    this.from = from;
    this.to = to;
    this.shaping = shaping;
    this.onReading = onReading;
  }

  /** Passes a piece on, and takes it over. */
  void content(ByteBuf piece, boolean last) {
    int size = piece.readableBytes();
    bytes += size;
    ended = last;
    to.writeContent(piece, last);
    if (!last) {
      full = !to.isWritable();
      if (!flow().pass(size) || full) {
        from.pauseReading();
      }
    } else if (shaping.isLimited()) {
      flow().last(size);
    }
  }

  /** Passes the trailer section on. */
  void trailers(Fields trailers) {
    ended = true;
    to.writeTrailers(trailers);
    if (flow != null) {
      flow.last(0);
    }
  }

  /** The destination has room again. */
  void onWritable() {
    full = false;
    readOn();
  }

  /** Only what is long, or limited, has one. */
  private Flow flow() {
    Flow own = flow;
    if (own == null) {
      own = shaping.flow(onReading == null ? Way.SENT : Way.RECEIVED, this);
      flow = own;
    }
    return own;
  }

  /** It is its turn to go on. */
  @Override
  public void run() {
    readOn();
    if (onReading != null) {
      onReading.run();
    }
  }

  /** Another takes its place, or none: what it waits for does not matter any more. */
  void end() {
    over = true;
    if (flow != null) {
      flow.end();
    }
  }

  private void readOn() {
    if (!ended && !over && !isHeld()) {
      from.resumeReading();
    }
  }

  /** How many bytes of content have been passed on. */
  long bytes() {
    return bytes;
  }

  /** Whether the source does not read: the destination takes no more, or it is not its turn. */
  boolean isHeld() {
    return full || isShaped();
  }

  /** Whether it is for others to go on. */
  boolean isShaped() {
    return !ended && flow != null && flow.isWaiting();
  }

  /** Whether anything of the message has been passed on, be it only its end. */
  boolean isBegun() {
    return ended || bytes > 0;
  }
}
