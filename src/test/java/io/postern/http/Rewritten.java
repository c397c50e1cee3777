package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import io.postern.filter.ForwardedFields;
import io.postern.filter.HopByHop;
import java.net.InetSocketAddress;

/** What goes out of what was understood, as the bytes of a connection of HTTP/1.1. */
final class Rewritten {

  private static final UnpooledByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(false, true);
  private static final HeadWriter HEADS = new HeadWriter();

  private static final DownstreamConnection CLIENT =
      new DownstreamConnection(
          new EmbeddedChannel().eventLoop(),
          "edge",
          new InetSocketAddress(40_000),
          new InetSocketAddress(443),
          AsciiString.of("192.0.2.1"),
          null,
          null,
          null,
          new EmbeddedChannel().closeFuture());

  private Rewritten() {}

  /** A request head as a server is sent it; its fields are changed as an exchange does it. */
  static byte[] request(RequestHead head) {
    HopByHop.removeFromRequest(head.fields());
    ForwardedFields.set(head, CLIENT, null, new AsciiString("id"));
    return bytes(HEADS.request(BUFFERS, head));
  }

  /** A response head as a client is sent it; the fields of one hop are taken out of it. */
  static byte[] response(ResponseHead head) {
    HopByHop.remove(head.fields());
    boolean chunked = head.hasContent() && head.contentLength() < 0;
    return bytes(HEADS.response(BUFFERS, head, chunked, Persistence.DEFAULT));
  }

  /** Content in one chunk, and trailers. */
  static byte[] content(byte[] content, Fields trailers) {
    HopByHop.remove(trailers);
    ByteBuf all = BUFFERS.buffer();
    boolean none = content.length == 0;
    if (!none) {
      ByteBuf chunk = HEADS.chunk(BUFFERS, content.length, true);
      all.writeBytes(chunk).writeBytes(content);
      chunk.release();
    }
    ByteBuf end = HEADS.trailers(BUFFERS, trailers, none);
    all.writeBytes(end);
    end.release();
    return bytes(all);
  }

  private static byte[] bytes(ByteBuf buffer) {
    try {
      return ByteBufUtil.getBytes(buffer);
    } finally {
      buffer.release();
    }
  }
}
