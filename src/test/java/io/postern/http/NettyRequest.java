package io.postern.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.postern.testkit.Field;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What Netty's decoder of requests, at its strictest, makes of bytes: one request after another.
 */
final class NettyRequest {

  private final HttpRequest head;
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final List<Field> trailers = new ArrayList<>();
  private boolean whole;

  private NettyRequest(HttpRequest head) {
    this.head = head;
  }

  /** The requests, up to the first that is not valid. */
  static List<NettyRequest> all(byte[] bytes) {
    HttpDecoderConfig config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(1 << 20)
            .setMaxHeaderSize(1 << 20)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true);
    EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(config));
    channel.writeInbound(Unpooled.copiedBuffer(bytes));
    List<NettyRequest> requests = new ArrayList<>();
    for (HttpObject part = channel.readInbound(); part != null; part = channel.readInbound()) {
      if (part.decoderResult().isSuccess()) {
        take(part, requests);
      }
      ReferenceCountUtil.release(part);
    }
    channel.finishAndReleaseAll();
    return requests;
  }

  private static void take(HttpObject part, List<NettyRequest> requests) {
    if (part instanceof HttpRequest head) {
      requests.add(new NettyRequest(head));
    }
    if (part instanceof HttpContent piece && !requests.isEmpty()) {
      requests.getLast().take(piece);
    }
  }

  private void take(HttpContent piece) {
    content.writeBytes(ByteBufUtil.getBytes(piece.content()));
    if (piece instanceof LastHttpContent last) {
      whole = true;
      last.trailingHeaders().forEach(each -> trailers.add(field(each)));
    }
  }

  String method() {
    return head.method().name();
  }

  String uri() {
    return head.uri();
  }

  /** Names in lower case. */
  List<Field> fields() {
    return head.headers().entries().stream().map(NettyRequest::field).toList();
  }

  private static Field field(Map.Entry<String, String> entry) {
    return new Field(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue());
  }

  String content() {
    return content.toString(StandardCharsets.ISO_8859_1);
  }

  List<Field> trailers() {
    return trailers;
  }

  /** Whether its end has come. */
  boolean isWhole() {
    return whole;
  }
}
