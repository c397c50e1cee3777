package io.postern.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The codec by itself, where the timing of two sockets would leave to chance what is meant. */
class Http1DownstreamTest {

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n";

  private static final int MAX_AHEAD = 1000;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Request> requests = new ArrayList<>();
  private Consumer<DownstreamStream> onPiece = stream -> {};

  private final LoopContext loop = LoopContext.of(0, channel.eventLoop(), new WindowBudget(0));
  private final Http1Downstream codec =
      new Http1Downstream(
          new DownstreamConnection(
              channel.eventLoop(),
              "edge",
              new InetSocketAddress(1),
              new InetSocketAddress(2),
              AsciiString.of("192.0.2.1"),
              null,
              null,
              null,
              channel.closeFuture()),
          new DownstreamSettings(
              4096,
              4096,
              10,
              1,
              UnusualNames.PASS,
              MAX_AHEAD,
              Long.MAX_VALUE / 2,
              Long.MAX_VALUE / 2,
              change -> {}),
          (stream, started) -> {
            Request opened = new Request(stream);
            requests.add(opened);
            return opened;
          },
          loop);

  Http1DownstreamTest() {
    loop.turns().join(channel);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void receive(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, US_ASCII));
  }

  private String sent() {
    StringBuilder sent = new StringBuilder();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      sent.append(next.toString(US_ASCII));
      next.release();
    }
    return sent.toString();
  }

  @Test
  void readsOnBehindARequestThatEndedWhilePaused() {
    channel.pipeline().addLast(codec);
    onPiece = DownstreamStream::pauseReading;
    receive(CHUNKED + "1\r\nb\r\n0\r\n\r\n");
    channel.runPendingTasks();
    assertThat(sent()).startsWith("HTTP/1.1 200 ");
    assertThat(channel.config().isAutoRead()).isTrue();
    receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(requests).hasSize(2);
  }

  @Test
  void readsOnlySoFarAhead() {
    channel.pipeline().addLast(codec);
    receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    receive("x".repeat(MAX_AHEAD));
    assertThat(channel.config().isAutoRead()).isTrue();
    receive("x");
    assertThat(channel.config().isAutoRead()).isFalse();
    assertThat(requests).hasSize(1);
  }

  @Test
  void opensNoExchangeOnAConnectionThatWasReset() {
    channel.pipeline().addLast(new ClosesLate()).addLast(codec);
    onPiece = stream -> stream.reset(Fault.of(Reason.SERVER_RESET));
    receive(CHUNKED);
    receive("this is no chunk\r\n");
    assertThat(requests).hasSize(1);
  }

  @Test
  void sendsTheAnswerToWhatItAborts() {
    channel.pipeline().addLast(codec);
    receive(CHUNKED);
    codec.abort(Fault.of(Reason.STOPPED));
    assertThat(sent()).startsWith("HTTP/1.1 503 ");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void blamesTheClientForBytesThatAreNotTls() {
    channel.pipeline().addLast(codec);
    receive(CHUNKED);
    channel.pipeline().fireExceptionCaught(new DecoderException(new SSLException("bad record")));
    assertThat(channel.isOpen()).isFalse();
    assertThat(requests.getFirst().fault).isEqualTo(Reason.CLIENT_GONE);
  }

  /** As TLS does where the socket is full: the close waits for what is written. */
  private static final class ClosesLate extends ChannelOutboundHandlerAdapter {
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
      assertThat(promise.isDone()).isFalse();
    }
  }

  /** Does with each piece what the test says, and answers the end. */
  private final class Request implements DownstreamStream.Listener {

    private final DownstreamStream stream;
    private @Nullable Reason fault;

    Request(DownstreamStream stream) {
      this.stream = stream;
    }

    @Override
    public void onHead(RequestHead head, boolean last) {
      assertThat(requests).contains(this);
    }

    @Override
    public void onContent(ByteBuf content, boolean last) {
      content.release();
      if (last) {
        stream.writeHead(
            new ResponseHead(HttpVersion.HTTP_1_1, 200, new Fields(), 0, false), true, false);
      } else {
        onPiece.accept(stream);
      }
    }

    @Override
    public void onTrailers(Fields trailers) {
      assertThat(trailers.isEmpty()).isFalse();
    }

    @Override
    public void onWritable() {
      assertThat(stream.isWritable()).isTrue();
    }

    @Override
    public void onFailed(Fault failed) {
      fault = failed.reason();
      LocalReply.of(failed).writeTo(stream, false);
    }

    @Override
    public void onResponseSent() {
      assertThat(requests).contains(this);
    }
  }
}
