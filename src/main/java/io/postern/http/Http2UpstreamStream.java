package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;
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
 * <p>Owned by the event loop of its connection.
 */
final class Http2UpstreamStream extends Http2MessageStream<UpstreamStream.Listener>
    implements UpstreamStream {

  private final Http2Upstream codec;
  private @Nullable ResponseHead withoutContent;
  private boolean toHead;
  private boolean answered;

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
      } else {
        onHead(head, last);
      }
    } catch (FaultException e) {
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
  }

  /** The stream is over before its time; a response that is whole stays so. */
  void fail(Fault fault) {
    if (!isReceivedWhole()) {
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
    fail(whereNotEnded);
  }

  // What the exchange asks for.

  @Override
  public void writeHead(RequestHead head, boolean last) {
    if (mayWrite()) {
      toHead = head.isHead();
      begun = codec.now();
      if (last) {
        sentWhole();
      }
      codec.writeHead(stream(), head, last);
    }
  }

  @Override
  public boolean isWritable() {
    return !mayWrite() || super.isWritable();
  }

  @Override
  public void cancel() {
    if (exchange != null) {
      exchange = null;
      releaseWaiting();
      codec.cancel(stream(), begun);
    }
  }
}
