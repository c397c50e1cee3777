package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a client's HTTP/2 connection. While the exchange lets no content come, what arrives
 * waits here, and the client's flow-control window is not given back: it bounds what may wait.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Http2DownstreamStream implements DownstreamStream {

  private final Http2Downstream codec;
  private final io.netty.handler.codec.http2.Http2Stream stream;
  private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(0);

  private DownstreamStream.@Nullable Listener exchange;
  private @Nullable Fields waitingTrailers;
  private long announced = -1;
  private long received;
  private long queued;
  private int owed;
  private boolean paused;
  private boolean requestEnded;
  private boolean responseEnded;
  private boolean broken;

  Http2DownstreamStream(Http2Downstream codec, io.netty.handler.codec.http2.Http2Stream stream) {
    this.codec = codec;
    this.stream = stream;
  }

  io.netty.handler.codec.http2.Http2Stream stream() {
    return stream;
  }

  // What the codec tells.

  void onHead(Http2HeaderBlock block, boolean last, DownstreamStream.Listener opened) {
    exchange = opened;
    try {
      RequestHead head = block.toRequestHead(last);
      announced = head.contentLength();
      requestEnded = last;
      if (last && announced > 0) {
        throw new FaultException(Reason.BAD_CONTENT, "content is announced and none comes");
      }
      opened.onHead(head, last);
    } catch (FaultException e) {
      refuse(e.fault());
    }
  }

  /**
   * A piece of content; the bytes are owed to the client's window until the piece is delivered.
   *
   * @param flowControlled what it cost of the window, padding included
   * @return what of that may be given back now
   */
  int onData(ByteBuf data, int flowControlled, boolean last) {
    received += data.readableBytes();
    requestEnded = last;
    if (announced >= 0 && (received > announced || (last && received < announced))) {
      refuse(new Fault(Reason.BAD_CONTENT, "content is not as long as announced"));
    }
    if (exchange == null || responseEnded) {
      return flowControlled;
    }
    if (paused) {
      waiting.add(data.retain());
      owed += flowControlled;
      return 0;
    }
    exchange.onContent(data.retain(), last);
    return flowControlled;
  }

  void onTrailers(Http2HeaderBlock block) {
    requestEnded = true;
    try {
      Fields trailers = block.toTrailers();
      if (announced >= 0 && received < announced) {
        throw new FaultException(Reason.BAD_CONTENT, "content is not as long as announced");
      }
      if (paused) {
        waitingTrailers = trailers;
      } else if (exchange != null && !responseEnded) {
        exchange.onTrailers(trailers); // else content was thrown away before them
      }
    } catch (FaultException e) {
      refuse(e.fault());
    }
  }

  /** The request breaks the rules: an exchange that has not answered yet may still do so. */
  void refuse(Fault fault) {
    broken =
        fault.reason() == Reason.MALFORMED_REQUEST
            || fault.reason() == Reason.AMBIGUOUS_LENGTH
            || fault.reason() == Reason.BAD_CONTENT;
    fail(fault);
  }

  /** The field block was too large to be read at all. */
  void refuseUnread(DownstreamStream.Listener opened) {
    exchange = opened;
    requestEnded = true;
    fail(Fault.of(Reason.HEAD_TOO_LARGE));
  }

  /** Whether the response is complete and the request is not. */
  boolean isAnsweredEarly() {
    return responseEnded && !requestEnded;
  }

  /** The stream is over before its time. */
  void fail(Fault fault) {
    releaseWaiting();
    DownstreamStream.Listener told = exchange;
    if (told != null) {
      told.onFailed(fault);
    }
  }

  /** The client has reset the stream, and must not be answered with a reset (RFC 9113 §5.4.2). */
  void onReset(Fault fault) {
    releaseWaiting();
    DownstreamStream.Listener told = exchange;
    exchange = null;
    if (told != null) {
      told.onFailed(fault);
    }
  }

  /** The stream is closed, well or badly. */
  void onClosed(Fault whereNotEnded) {
    releaseWaiting();
    DownstreamStream.Listener told = exchange;
    exchange = null;
    if (told != null) {
      if (responseEnded && !broken) {
        told.onResponseSent();
      } else {
        told.onFailed(whereNotEnded);
      }
    }
  }

  void onWritable() {
    if (exchange != null && !responseEnded) {
      exchange.onWritable();
    }
  }

  /** So many bytes of content went from the flow control to the connection. */
  void onDataWritten(int bytes) {
    queued -= bytes;
  }

  private void releaseWaiting() {
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
  }

  // What the exchange asks for.

  @Override
  public DownstreamConnection connection() {
    return codec.client();
  }

  @Override
  public void writeInformational(ResponseHead head) {
    if (isOpen()) {
      codec.writeHeaders(stream, Http2HeaderBlock.of(head), false);
    }
  }

  @Override
  public void writeHead(ResponseHead head, boolean last, boolean close) {
    if (!isOpen()) {
      return;
    }
    if (broken) {
      // RFC 9113 §8.1.1: a malformed request is an error of its stream.
      codec.reset(stream, Http2Downstream.PROTOCOL_ERROR);
      return;
    }
    if (last) {
      responseEnded();
    }
    codec.writeHeaders(stream, Http2HeaderBlock.of(head), last);
  }

  @Override
  public void writeContent(ByteBuf content, boolean last) {
    if (!isOpen() || broken) {
      content.release();
      return;
    }
    queued += content.readableBytes();
    if (last) {
      responseEnded();
    }
    codec.writeData(stream, content, last);
  }

  @Override
  public void writeTrailers(Fields trailers) {
    if (isOpen()) {
      responseEnded();
      codec.writeHeaders(stream, Http2HeaderBlock.of(trailers), true);
    }
  }

  private boolean isOpen() {
    return exchange != null && !responseEnded;
  }

  /** Before the last is written: that may flush, send all of it, and close the stream at once. */
  private void responseEnded() {
    responseEnded = true;
    releaseWaiting();
  }

  @Override
  public boolean isWritable() {
    return codec.isWritable(stream);
  }

  @Override
  public long queuedBytes() {
    // Of the bytes of the connection nobody knows whose they are: those of other streams come and
    // go while this one stands still.
    return queued > 0 ? queued : codec.queuedBytes();
  }

  @Override
  public void pauseReading() {
    paused = true;
  }

  @Override
  public void resumeReading() {
    paused = false;
    while (!paused && exchange != null && !waiting.isEmpty()) {
      ByteBuf piece = waiting.remove();
      boolean last = waiting.isEmpty() && requestEnded && waitingTrailers == null;
      exchange.onContent(piece, last);
    }
    if (waiting.isEmpty()) {
      giveBack();
    }
    if (!paused && exchange != null && waiting.isEmpty() && waitingTrailers != null) {
      Fields trailers = waitingTrailers;
      waitingTrailers = null;
      exchange.onTrailers(trailers);
    }
  }

  @Override
  public void reset(Fault fault) {
    if (exchange == null) {
      return;
    }
    exchange = null;
    releaseWaiting();
    codec.reset(
        stream,
        broken || fault.reason() == Reason.BAD_CONTENT
            ? Http2Downstream.PROTOCOL_ERROR
            : Http2Downstream.INTERNAL_ERROR);
  }
}
