package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One stream of an HTTP/2 connection to a server. A response that breaks the rules ends the stream
 * and no other.
 *
 * <p>A response without content (RFC 9110 §6.4.1) is told when the stream has ended, with or behind
 * its head, since only then it is sure that none comes.
 *
 * <p>A request with {@link RequestHead#upgrade} is an extended CONNECT (RFC 8441). A 2xx makes the
 * stream a tunnel and is told as a 101; any other answer is an ordinary one, to a request that has
 * ended.
 *
 * <p>Owned by the event loop of its connection.
 */
final class Http2UpstreamStream extends Http2MessageStream<UpstreamStream.Listener>
    implements UpstreamStream {

  private final Http2Upstream codec;
  private @Nullable ResponseHead withoutContent;
  private @Nullable AsciiString upgrade;
  private Deadlines.@Nullable Deadline linger;
  private boolean toHead;
  private boolean answered;
  private boolean tunnel;
  private long begun;

  Http2UpstreamStream(Http2Upstream codec, Http2Stream stream, UpstreamStream.Listener listener) {
    super(codec, stream);
    this.codec = codec;
    exchange = listener;
  }

  // What the codec tells.

  void onFields(Http2IncomingBlock block, boolean last) {
    if (answered) {
      onTrailers(block);
      return;
    }
    try {
      ResponseHead head = block.toResponseHead(toHead, last);
      if (head.isInformational()) {
        onInformational(head);
      } else if (upgrade == null) {
        onHead(head, last);
      } else if (ExtendedConnect.isOpenedBy(head)) {
        onTunnel(ExtendedConnect.opened(head, upgrade), last);
      } else {
        writeContent(Unpooled.EMPTY_BUFFER, true); // the head was all of the request
        onHead(head, last);
      }
    } catch (FaultException e) {
      if (exchange != null) {
        exchange.onRefused(e.fault(), block::refused);
      }
      refuse(e.fault());
    }
  }

  private void onInformational(ResponseHead head) {
    if (exchange != null) {
      exchange.onInformational(head);
    }
  }

  private void onHead(ResponseHead head, boolean last) {
    answered = true;
    boolean none = !head.hasContent();
    begin(none ? 0 : head.contentLength(), last);
    if (none && !last) {
      withoutContent = head;
    } else if (exchange != null) {
      exchange.onHead(head, last);
    }
  }

  private void onTunnel(ResponseHead head, boolean last) {
    answered = true;
    tunnel = true;
    if (exchange != null) {
      exchange.onHead(head, false);
    }
    if (last) {
      onData(Unpooled.EMPTY_BUFFER, 0, true);
    }
  }

  @Override
  void onTrailers(Http2IncomingBlock block) {
    if (tunnel) {
      refuse(new Fault(Reason.BAD_RESPONSE, "fields in a tunnel")); // RFC 9113 §8.5
    } else {
      super.onTrailers(block);
    }
  }

  @Override
  int onData(ByteBuf data, int flowControlled, boolean last) {
    if (!answered) {
      refuse(new Fault(Reason.BAD_RESPONSE, "content before the head"));
    }
    return super.onData(data, flowControlled, last);
  }

  @Override
  void deliver(ByteBuf piece, boolean last, UpstreamStream.Listener to) {
    if (withoutContent == null) {
      to.onContent(piece, last);
      return;
    }
    piece.release();
    if (last) {
      to.onHead(withoutContent, true);
    }
  }

  @Override
  void deliver(Fields trailers, UpstreamStream.Listener to) {
    if (withoutContent == null) {
      to.onTrailers(trailers);
    } else {
      to.onHead(withoutContent, true);
    }
  }

  @Override
  Reason badContent() {
    return Reason.BAD_RESPONSE;
  }

  @Override
  boolean wantsContent() {
    return true;
  }

  @Override
  void refuse(Fault fault) {
    codec.reset(stream(), Http2Codec.PROTOCOL_ERROR);
    end(fault);
    codec.glitches().note(Glitch.STREAM_ERROR);
  }

  /**
   * The stream is over before its time; a response that is whole stays so, but not a tunnel that
   * still takes what the client sends.
   */
  void fail(Fault fault) {
    if (!isReceivedWhole() || (tunnel && mayWrite())) {
      end(fault);
    } else if (exchange != null && mayWrite()) {
      sentWhole(); // what is still to be sent is of no use, and nobody waits for it
      exchange.onWritable();
    }
  }

  private void end(Fault fault) {
    UpstreamStream.Listener told = exchange;
    exchange = null;
    releaseWaiting();
    if (told != null) {
      told.onFailed(fault);
    }
  }

  @Override
  void onClosed(Fault whereNotEnded) {
    if (linger != null) {
      linger.cancel();
    }
    fail(whereNotEnded);
  }

  // What the exchange asks for.

  @Override
  public void writeHead(RequestHead head, boolean last) {
    if (mayWrite()) {
      toHead = head.isHead();
      upgrade = head.upgrade();
      begun = codec.clock().now();
      if (last) {
        sentWhole();
      }
      Fault refusal = codec.writeHead(stream(), head, last);
      if (refusal != null) { // told later, since whoever writes is not done yet
        codec.context().executor().execute(() -> giveUp(refusal));
      }
    }
  }

  /** Nothing was written, so the server never hears of the stream. */
  private void giveUp(Fault fault) {
    end(fault);
    codec.reset(stream(), Http2Codec.CANCEL);
  }

  @Override
  public boolean isWritable() {
    return !mayWrite() || super.isWritable();
  }

  @Override
  public void cancel() {
    if (exchange == null) {
      return;
    }
    boolean inGoodOrder = tunnel && (isReceivedWhole() || isSentWhole());
    if (inGoodOrder) {
      writeContent(Unpooled.EMPTY_BUFFER, true);
    }
    exchange = null;
    releaseWaiting();
    if (inGoodOrder) {
      linger();
    } else {
      codec.cancel(stream(), begun);
    }
  }

  /** What was written to a tunnel that one side has ended goes out: a reset would overtake it. */
  private void linger() {
    if (stream().state() != Http2Stream.State.CLOSED) {
      linger = codec.clock().create(() -> codec.reset(stream(), Http2Codec.CANCEL));
      linger.after(TunnelEnd.LINGER_NANOS);
    }
  }
}
