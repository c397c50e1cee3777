package io.postern.http;

import io.netty.handler.codec.http2.Http2Stream;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;

/**
 * One stream of a client's HTTP/2 connection.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Http2DownstreamStream extends Http2MessageStream<DownstreamStream.Listener>
    implements DownstreamStream {

  private final Http2Downstream codec;
  private boolean broken;
  private boolean answering;

  /** Whether the client asked for a tunnel: from then on nothing but DATA may come. */
  private boolean connect;

  /** Whether it is one: each direction has its own end. */
  private boolean tunnel;

  /** Whether our END_STREAM is out, and the client has not ended the request. */
  private boolean sentOut;

  Http2DownstreamStream(Http2Downstream codec, Http2Stream stream) {
    super(codec, stream);
    this.codec = codec;
  }

  // What the codec tells.

  void onHead(Http2IncomingBlock block, boolean last, DownstreamStream.Listener opened) {
    exchange = opened;
    try {
      RequestHead head = codec.settings().admit(block.toRequestHead(last));
      begin(head.contentLength(), last);
      connect = head.upgrade() != null;
      if (connect && last) {
        endWaits();
      }
      opened.onHead(head, last && !connect);
    } catch (FaultException e) {
      codec.exchanges().refused(connection(), e.fault(), block::refused);
      refuse(e.fault());
    }
  }

  @Override
  void onTrailers(Http2IncomingBlock block) {
    if (connect) {
      refuse(new Fault(Reason.MALFORMED_REQUEST, "fields in a tunnel")); // RFC 9113 §8.5
    } else {
      super.onTrailers(block);
    }
  }

  @Override
  void deliver(Fields trailers, DownstreamStream.Listener to) {
    to.onTrailers(codec.settings().admit(trailers));
  }

  @Override
  Reason badContent() {
    return Reason.BAD_CONTENT;
  }

  @Override
  boolean wantsContent() {
    return tunnel || !isSentWhole();
  }

  /** The request breaks the rules: an exchange that has not answered yet may still do so. */
  @Override
  void refuse(Fault fault) {
    broken =
        fault.reason() == Reason.MALFORMED_REQUEST
            || fault.reason() == Reason.AMBIGUOUS_LENGTH
            || fault.reason() == Reason.BAD_CONTENT;
    fail(fault);
    if (broken) {
      codec.glitches().note(Glitch.STREAM_ERROR);
    }
  }

  /** The field block was too large to be read at all. */
  void refuseUnread(DownstreamStream.Listener opened) {
    exchange = opened;
    receivedWhole();
    fail(Fault.of(Reason.HEAD_TOO_LARGE));
  }

  void onSentOut() {
    sentOut = true;
  }

  /** Whether the response is complete and the request is not. */
  boolean isAnsweredEarly() {
    return sentOut && !isReceivedWhole() && !tunnel;
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
    if (answering) {
      codec.glitches().exchangeDone(); // what it has seen is enough for it
    }
    releaseWaiting();
    DownstreamStream.Listener told = exchange;
    exchange = null;
    if (told != null) {
      told.onFailed(fault);
    }
  }

  @Override
  void onClosed(Fault whereNotEnded) {
    releaseWaiting();
    DownstreamStream.Listener told = exchange;
    exchange = null;
    if (told != null) {
      if (isSentWhole() && !broken && (sentOut || codec.isAlive())) {
        codec.glitches().exchangeDone();
        told.onResponseSent();
      } else {
        told.onFailed(whereNotEnded);
      }
    }
  }

  // What the exchange asks for.

  @Override
  public DownstreamConnection connection() {
    return codec.client();
  }

  @Override
  public void writeInformational(ResponseHead head) {
    if (mayWrite()) {
      codec.writeHeaders(stream(), Http2OutgoingBlock.of(head), false);
    }
  }

  @Override
  public void writeHead(ResponseHead head, boolean last, boolean close) {
    if (!super.mayWrite()) {
      return;
    }
    if (broken) {
      // RFC 9113 §8.1.1: a malformed request is an error of its stream.
      codec.reset(stream(), Http2Codec.PROTOCOL_ERROR);
      return;
    }
    answering = true;
    tunnel = head.upgrade() != null;
    if (last) {
      sentWhole();
    }
    codec.writeHeaders(stream(), Http2OutgoingBlock.of(head), last);
  }

  /** Nothing follows the reset that answers a malformed request. */
  @Override
  boolean mayWrite() {
    return super.mayWrite() && !broken;
  }

  @Override
  void sentWhole() {
    super.sentWhole();
    if (!tunnel) {
      releaseWaiting();
    }
  }

  @Override
  public void reset(Fault fault) {
    if (exchange == null) {
      return;
    }
    exchange = null;
    releaseWaiting();
    codec.reset(stream(), code(fault));
  }

  private long code(Fault fault) {
    if (broken || fault.reason() == Reason.BAD_CONTENT) {
      return Http2Codec.PROTOCOL_ERROR;
    }
    // Of a tunnel it is what a reset of the connection is in HTTP/1.1 (RFC 8441 §5).
    if (tunnel || fault.reason() == Reason.DEADLINE_EXCEEDED) {
      return Http2Codec.CANCEL;
    }
    return isOfTheCall(fault.resetCode()) ? fault.resetCode() : Http2Codec.INTERNAL_ERROR;
  }

  /** Whether a server's code tells its client something: most are about a connection of ours. */
  private static boolean isOfTheCall(long code) {
    return code == Http2Codec.CANCEL
        || code == Http2Codec.ENHANCE_YOUR_CALM
        || code == Http2Codec.INADEQUATE_SECURITY;
  }
}
