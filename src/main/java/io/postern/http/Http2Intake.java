package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gives an HTTP/2 codec a few frames at a time of what was read, so that a read with thousands of
 * them can wait half done for the next turn of the connection; and at the end of each read tells
 * the streams that have gathered content in small pieces to pass it on.
 *
 * <p>Owned by the event loop of the connection.
 */
final class Http2Intake extends ChannelInboundHandlerAdapter {

  private final boolean ofClient;
  private final Http2FrameWatch watch;
  private final ArrayDeque<ByteBuf> unread = new ArrayDeque<>(0);
  private final List<Http2MessageStream<?>> gathering = new ArrayList<>(0);
  private boolean closed;

  @SuppressWarnings("NullAway.Init") // set by handlerAdded, before any other call
  private ChannelHandlerContext ctx;

  @SuppressWarnings("NullAway.Init")
  private Reads reads;

  /**
   * Nothing was read yet.
   *
   * @param ofClient whether it is a client that is read, and not a server
   * @param glitches told of each frame that needs a reason to be sent
   */
  Http2Intake(boolean ofClient, Consumer<Glitch> glitches) {
    this.ofClient = ofClient;
    this.watch = new Http2FrameWatch(ofClient, glitches);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    reads = Reads.of(context.channel());
    reads.onTurn(this::onTurn);
  }

  /** Whether a field block has begun and not ended. */
  boolean isBlockOpen() {
    return watch.isBlockOpen();
  }

  /** A stream has small pieces that will go on together. */
  void gathers(Http2MessageStream<?> stream) {
    gathering.add(stream);
  }

  /** What was read is thrown away, and nothing more is read. */
  void close() {
    closed = true;
    reads.allow(false);
    for (ByteBuf read = unread.poll(); read != null; read = unread.poll()) {
      read.release();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf read = (ByteBuf) message;
    if (closed || !read.isReadable()) {
      read.release();
    } else {
      unread.add(read);
      passOn();
    }
  }

  private void passOn() {
    while (!unread.isEmpty() && !reads.isSpent()) {
      passOnFrames();
    }
  }

  private void passOnFrames() {
    ByteBuf first = unread.remove();
    int seen = watch.follow(first);
    if (closed) {
      first.release();
    } else if (seen == first.readableBytes()) {
      ctx.fireChannelRead(first);
    } else {
      unread.addFirst(first);
      ctx.fireChannelRead(first.readRetainedSlice(seen));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (!unread.isEmpty()) {
      reads.await();
    }
    complete();
  }

  private void complete() {
    for (Http2MessageStream<?> each : gathering) {
      each.passOn();
    }
    gathering.clear();
    ctx.fireChannelReadComplete();
  }

  private void onTurn() {
    if (!unread.isEmpty()) {
      passOn();
      channelReadComplete(ctx);
    }
  }

  /** What a server sent is still of use; a client that is gone can be answered nothing. */
  @Override
  public void channelInactive(ChannelHandlerContext context) {
    while (!ofClient && !unread.isEmpty()) {
      passOnFrames();
    }
    complete();
    close();
    context.fireChannelInactive();
  }
}
