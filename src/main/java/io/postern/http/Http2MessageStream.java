package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Stream;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a stream of an HTTP/2 connection is on either side. While its exchange lets no content come,
 * what arrives waits here, and the window of the stream is not given back: it bounds what may wait.
 *
 * <p>Owned by the event loop of its connection.
 *
 * @param <L> who is told what it brings
 */
abstract sealed class Http2MessageStream<L extends MessageStream.Listener>
    permits Http2DownstreamStream, Http2UpstreamStream {

  /** Less than this is a small piece. */
  private static final int SMALL = 512;

  /** How many bytes of small pieces wait as one. */
  private static final int GATHERED = 4 * 1024;

  private final Http2Codec<?> codec;
  private final Http2Stream stream;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(0);

  /** Null before the stream has an exchange, and after it is over. */
  @Nullable L exchange;

  private @Nullable Fields waitingTrailers;
  private long announced = -1;
  private long received;
  private long queued;

  /** The last of what waits, where more may be added to it. */
  private @Nullable ByteBuf gathered;

  /** What waits, as far as it is not given back to the window of the stream. */
  private int owed;

  /** What of that the window of the connection goes on without. */
  private int lent;

  /** What of it the budget had no room for. */
  private int held;

  private boolean closed;
  private boolean paused;
  private boolean receivedWhole;
  private boolean sentWhole;

  Http2MessageStream(Http2Codec<?> codec, Http2Stream stream) {
    this.codec = codec;
    this.stream = stream;
  }

  Http2Stream stream() {
    return stream;
  }

  // What the codec tells.

  /**
   * The head of the message that comes is known.
   *
   * @param length of the content, as announced; -1 where it is not
   * @throws FaultException where content is announced and none comes
   */
  void begin(long length, boolean last) {
    announced = length;
    receivedWhole = last;
    if (last && length > 0) {
      throw new FaultException(badContent(), "content is announced and none comes");
    }
  }

  /**
   * A piece of content; the bytes are owed to the peer's window until the piece is delivered.
   *
   * @param flowControlled what it cost of the window, padding included
   * @return what of that may be given back now
   */
  int onData(ByteBuf data, int flowControlled, boolean last) {
    received += data.readableBytes();
    receivedWhole = last;
    if (announced >= 0 && (received > announced || (last && received < announced))) {
      refuse(new Fault(badContent(), "content is not as long as announced"));
    }
    if (exchange == null || !wantsContent()) {
      return 0; // nobody reads it: the peer may send no more of it, and the stream is to end
    }
    if (paused) {
      keep(data);
      owed += flowControlled;
      if (codec.windows().lend(flowControlled)) {
        lent += flowControlled;
      } else {
        held += flowControlled;
      }
      return 0;
    }
    if (data.readableBytes() < SMALL && !last) {
      gather(data);
    } else if (waiting.isEmpty()) {
      deliver(data.retain(), last, exchange);
    } else {
      keep(data);
      passOn();
    }
    return flowControlled;
  }

  /** One by one, small pieces would cost whoever passes them on far more than they cost to send. */
  private void gather(ByteBuf data) {
    if (waiting.isEmpty()) {
      codec.intake().gathers(this);
    }
    keep(data);
  }

  /**
   * What comes in small pieces is gathered: as many objects would take far more than the window.
   */
  private void keep(ByteBuf data) {
    int size = data.readableBytes();
    if (size >= SMALL) {
      gathered = null;
      waiting.add(data.retain());
      return;
    }
    if (gathered == null || !gathered.isWritable(size)) {
      gathered = codec.context().alloc().buffer(GATHERED, GATHERED);
      waiting.add(gathered);
    }
    gathered.writeBytes(data, data.readerIndex(), size);
  }

  /** Passes content on that nothing holds up. */
  void deliver(ByteBuf piece, boolean last, L to) {
    to.onContent(piece, last);
  }

  /** Passes trailers on that nothing holds up. */
  void deliver(Fields trailers, L to) {
    to.onTrailers(trailers);
  }

  void onTrailers(Http2IncomingBlock block) {
    receivedWhole = true;
    try {
      Fields trailers = block.toTrailers();
      if (announced >= 0 && received < announced) {
        throw new FaultException(badContent(), "content is not as long as announced");
      }
      if (paused || wantsContent()) {
        waitingTrailers = trailers;
        passOn();
      } // else content was thrown away before them
    } catch (FaultException e) {
      refuse(e.fault());
    }
  }

  /** The end of content came with the head; it is delivered when content may come. */
  void endWaits() {
    waiting.add(Unpooled.EMPTY_BUFFER);
  }

  /** What a message is whose content is not framed as its head says. */
  abstract Reason badContent();

  /** Whether what comes is still of use to the exchange. */
  abstract boolean wantsContent();

  /** The message that comes breaks the rules. */
  abstract void refuse(Fault fault);

  /** The stream is closed, well or badly. */
  abstract void onClosed(Fault whereNotEnded);

  void onWritable() {
    if (exchange != null && mayWrite()) {
      exchange.onWritable();
    }
  }

  /** So many bytes of content went from the flow control to the connection. */
  void onDataWritten(int bytes) {
    queued -= bytes;
  }

  /** Whether the message that comes is complete, though it may not be delivered yet. */
  boolean isReceivedWhole() {
    return receivedWhole;
  }

  void receivedWhole() {
    receivedWhole = true;
  }

  /** Forgets what waits: nobody wants it any more. */
  void releaseWaiting() {
    gathered = null;
    for (ByteBuf piece = waiting.poll(); piece != null; piece = waiting.poll()) {
      piece.release();
    }
    giveBack();
  }

  private void giveBack() {
    if (owed > 0) {
      int bytes = owed;
      owed = 0;
      codec.giveBack(stream, bytes);
    }
    if (lent > 0) {
      int bytes = lent;
      lent = 0;
      if (!closed) {
        codec.windows().takeBack(bytes);
      }
      codec.windows().repay(bytes);
    }
    if (held > 0) {
      int bytes = held;
      held = 0;
      codec.windows().release(bytes);
    }
  }

  /** The stream is closed, and what it owed is given back; some of it may wait still. */
  void closed() {
    closed = true;
    owed = 0;
    if (lent > 0) {
      codec.windows().takeBack(lent);
    }
  }

  // What the exchange asks for.

  /** See {@link MessageStream#writeContent}. */
  public void writeContent(ByteBuf content, boolean last) {
    if (!mayWrite()) {
      content.release();
      return;
    }
    queued += content.readableBytes();
    if (last) {
      sentWhole();
    }
    codec.writeData(stream, content, last);
  }

  /** See {@link MessageStream#writeTrailers}. */
  public void writeTrailers(Fields trailers) {
    if (mayWrite()) {
      sentWhole();
      codec.writeHeaders(stream, Http2OutgoingBlock.of(trailers), true);
    }
  }

  /** Whether there is an exchange, and its message is not complete yet. */
  boolean mayWrite() {
    return exchange != null && !sentWhole;
  }

  /** Before the last is written: that may flush, send all of it, and close the stream at once. */
  void sentWhole() {
    sentWhole = true;
  }

  /** Whether the message that goes is complete. */
  boolean isSentWhole() {
    return sentWhole;
  }

  /** See {@link MessageStream#isWritable}. */
  public boolean isWritable() {
    return codec.isWritable(stream);
  }

  /** See {@link MessageStream#queuedBytes}. */
  public long queuedBytes() {
    // Of the bytes of the connection nobody knows whose they are: those of other streams come and
    // go while this one stands still.
    return queued > 0 ? queued : codec.queuedBytes();
  }

  /** See {@link MessageStream#pauseReading}. */
  public void pauseReading() {
    paused = true;
  }

  /** See {@link MessageStream#resumeReading}. */
  public void resumeReading() {
    paused = false;
    passOn();
  }

  /** Passes on what waits, for as long as nothing holds it up. */
  void passOn() {
    while (!paused && exchange != null && !waiting.isEmpty()) {
      ByteBuf piece = waiting.remove();
      gathered = waiting.isEmpty() ? null : gathered;
      boolean last = waiting.isEmpty() && receivedWhole && waitingTrailers == null;
      deliver(piece, last, exchange);
    }
    if (waiting.isEmpty()) {
      giveBack();
    }
    if (!paused && exchange != null && waiting.isEmpty() && waitingTrailers != null) {
      Fields trailers = waitingTrailers;
      waitingTrailers = null;
      deliver(trailers, exchange);
    }
  }
}
