package io.postern.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.postern.tls.ClientHello;
import io.postern.tls.ListenerTls;
import io.postern.tls.Presented;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the ClientHello, and when it is its turn chooses the certificate by it and gives the
 * connection over to TLS. Nothing more is read until then.
 *
 * <p>Owned by the event loop of its channel.
 */
final class HelloHandler extends SslClientHelloHandler<@Nullable Presented> {

  private static final Logger LOG = LoggerFactory.getLogger(HelloHandler.class);

  private static final int MAX_HELLO = 16 * 1024;

  /** A record with the fatal alert 112 (RFC 8446 §5.1 and §6.2, RFC 6066 §3). */
  private static final byte[] UNRECOGNIZED_NAME = {21, 3, 3, 0, 2, 2, 112};

  private final ListenerTls tls;
  private final Downstream downstream;
  private final Source source;
  private final HandshakeHandler next;
  private @Nullable Turn turn;

  HelloHandler(ListenerTls tls, Downstream downstream, Source source, HandshakeHandler next) {
    super(MAX_HELLO);
    this.tls = tls;
    this.downstream = downstream;
    this.source = source;
    this.next = next;
  }

  /** What is waited for, and what the client has said, if that could be read. */
  private final class Turn implements Runnable {

    private final @Nullable ClientHello said;
    private final Promise<@Nullable Presented> chosen;

    Turn(@Nullable ClientHello said, Promise<@Nullable Presented> chosen) {
      this.said = said;
      this.chosen = chosen;
    }

    /** Chosen now and not before, or it could be of a store that is closed by now. */
    @Override
    public void run() {
      try {
        chosen.setSuccess(said == null ? tls.store().fallback() : tls.store().select(said));
      } catch (RuntimeException | Error e) {
        chosen.setFailure(e);
      }
    }
  }

  @Override
  protected Future<@Nullable Presented> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf hello) {
    if (turn != null) {
      return turn.chosen; // the connection is closed, and what was read is looked at once more
    }
    Turn waits = new Turn(read(hello), ctx.executor().newPromise());
    // Also where Netty has found no ClientHello: one may stand behind an alert, or in pieces too
    // small for it, and be answered by the TLS library.
    if (next.begins(source, waits.said)) {
      downstream.handshakes().queue().add(source, waits);
    } else {
      waits.chosen.cancel(false);
    }
    turn = waits;
    return waits.chosen;
  }

  private static @Nullable ClientHello read(@Nullable ByteBuf hello) {
    try {
      return hello == null ? null : ClientHello.parse(hello);
    } catch (ClientHello.Malformed e) {
      LOG.debug("a ClientHello that cannot be read: {}", e.getMessage());
      return null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    Turn waits = turn;
    if (waits != null && waits.chosen.cancel(false)) {
      downstream.handshakes().queue().remove(source, waits);
      next.onGoneBeforeTurn();
    }
    super.channelInactive(ctx);
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext ctx, Future<@Nullable Presented> chosen) {
    if (chosen.isCancelled()) {
      return; // the connection is closed
    }
    if (!chosen.isSuccess()) {
      throw new DecoderException(chosen.cause());
    }
    Presented presented = chosen.getNow();
    if (presented == null) {
      next.onUnknownName();
      ctx.writeAndFlush(Unpooled.wrappedBuffer(UNRECOGNIZED_NAME))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    next.onCertificate(presented);
    if (presented.asksForCertificate()) {
      ctx.pipeline()
          .addBefore(
              ctx.name(), LastFlight.NAME, new LastFlight(downstream.context().loop().deadlines()));
    }
    ctx.pipeline().replace(this, "tls", presented.newHandler(ctx.alloc()));
  }
}
