package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DecoratingHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;

/**
 * Writes the frames that carry messages (RFC 9113 §6.1, §6.2), all that are made at once as one
 * buffer. Netty's own writer gives the head of a frame and what it carries to the channel one by
 * one; TLS then copies them together anyway, for a record is sealed from one piece, and each has a
 * promise and a place in two queues.
 *
 * <p>Owned by the event loop of the connection.
 */
final class Http2Writer extends DecoratingHttp2FrameWriter {

  /** Is told how much content leaves the flow control. */
  @FunctionalInterface
  interface OnData {
    void written(int streamId, int bytes);
  }

  /** A frame of DATA that fills a TLS record to the byte (RFC 8446 §5.1), its head included. */
  static final int DATA_OF_A_RECORD = 16 * 1024 - Head.BYTES;

  private static final int LIKELY_BLOCK = 256;
  private static final byte NONE = 0;
  private static final byte END_STREAM = 0x1;
  private static final byte END_HEADERS = 0x4;

  private final Http2HeadersEncoder blocks;
  private final OnData onData;

  /**
   * The writer of a connection.
   *
   * @param blocks turns fields into blocks (RFC 7541); its state is that of the connection
   */
  Http2Writer(Http2HeadersEncoder blocks, OnData onData) {
    super(new DefaultHttp2FrameWriter(blocks));
    this.blocks = blocks;
    this.onData = onData;
  }

  @Override
  public ChannelFuture writeHeaders(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int padding,
      boolean last,
      ChannelPromise promise) {
    ByteBuf frame = ctx.alloc().buffer(LIKELY_BLOCK).writeZero(Head.BYTES);
    try {
      blocks.encodeHeaders(streamId, headers, frame);
    } catch (Http2Exception e) {
      frame.release();
      return promise.setFailure(e);
    }
    byte flags = last ? END_STREAM : NONE;
    int size = frame.readableBytes() - Head.BYTES;
    if (size > maxFrameSize()) {
      frame.skipBytes(Head.BYTES);
      Head first = new Head(Http2FrameTypes.HEADERS, flags, streamId);
      Head others = new Head(Http2FrameTypes.CONTINUATION, NONE, streamId);
      frame = cut(ctx, frame, first, others, END_HEADERS, maxFrameSize());
    } else {
      int end = frame.writerIndex();
      new Head(Http2FrameTypes.HEADERS, (byte) (flags | END_HEADERS), streamId)
          .write(frame.writerIndex(0), size);
      frame.writerIndex(end);
    }
    return ctx.write(frame, promise);
  }

  @Override
  public ChannelFuture writeData(
      ChannelHandlerContext ctx,
      int streamId,
      ByteBuf data,
      int padding,
      boolean last,
      ChannelPromise promise) {
    onData.written(streamId, data.readableBytes());
    Head head = new Head(Http2FrameTypes.DATA, NONE, streamId);
    int most = Math.min(maxFrameSize(), DATA_OF_A_RECORD);
    return ctx.write(cut(ctx, data, head, head, last ? END_STREAM : NONE, most), promise);
  }

  /**
   * Frames of so many bytes at most, in one buffer; takes the payload over.
   *
   * @param atLast the flag of the last of them
   */
  private static ByteBuf cut(
      ChannelHandlerContext ctx, ByteBuf payload, Head first, Head others, byte atLast, int most) {
    int left = payload.readableBytes();
    int count = Math.max(1, (left + most - 1) / most);
    ByteBuf frames = ctx.alloc().buffer(left + count * Head.BYTES);
    Head head = first;
    for (; left > most; left -= most) {
      frames.writeBytes(payload, head.write(frames, most));
      head = others;
    }
    head.with(atLast).write(frames, left);
    frames.writeBytes(payload, left);
    payload.release();
    return frames;
  }

  private int maxFrameSize() {
    return configuration().frameSizePolicy().maxFrameSize();
  }

  /** The head of a frame (RFC 9113 §4.1), but for its length. */
  private record Head(byte type, byte flags, int streamId) {

    static final int BYTES = 9;

    Head with(byte flag) {
      return flag == NONE ? this : new Head(type, (byte) (flags | flag), streamId);
    }

    /** Writes it for a payload of this size, and answers the size. */
    int write(ByteBuf out, int size) {
      out.writeMedium(size).writeByte(type).writeByte(flags).writeInt(streamId);
      return size;
    }
  }
}
