package io.postern.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import io.postern.config.PoolConfig.Protocol;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Http1Upstream;
import io.postern.http.Http2Upstream;
import io.postern.http.LoopContext;
import io.postern.http.UpstreamConnection;
import io.postern.pool.Server;
import io.postern.tls.UpstreamTls;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a server on its way: the look-up of the name, the TCP connect, where the pool
 * has TLS the handshake, and for HTTP/2 the server's SETTINGS, all under one deadline. The listener
 * is told once.
 *
 * <p>Owned by its event loop.
 */
final class Connecting extends ChannelInitializer<Channel> {

  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString HTTPS = AsciiString.cached("https");

  private final LoopContext loop;
  private final Destination to;
  private final int millis;
  private final UpstreamConnection.Owner owner;
  private final Connector.Listener listener;
  private final InstantSource clock;
  private @Nullable SslHandler tls;
  private @Nullable Future<?> deadline;
  private boolean reached;
  private boolean told;
  private boolean ended;

  Connecting(
      LoopContext loop,
      Destination to,
      int millis,
      UpstreamConnection.Owner owner,
      Connector.Listener listener,
      InstantSource clock) {
    this.loop = loop;
    this.to = to;
    this.millis = millis;
    this.owner = owner;
    this.listener = listener;
    this.clock = clock;
  }

  void start(Bootstrap bootstrap) {
    ChannelFuture opening = bootstrap.handler(this).connect(to.address());
    Channel channel = opening.channel();
    // Not Netty's own timeout, which knows the TCP connect only.
    deadline = loop.loop().schedule(() -> onLate(channel), millis, TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closed -> onEnded());
    opening.addListener(
        future -> {
          // A socket that cannot be had is no loop's yet.
          if (loop.loop().inEventLoop()) {
            onOpen(channel, future.cause());
          } else {
            loop.loop().execute(() -> onOpen(channel, future.cause()));
          }
        });
  }

  @Override
  protected void initChannel(Channel channel) {
    loop.turns().join(channel);
    if (to.header() != null) {
      channel.pipeline().addLast(new HeaderFirst(to.header()));
    }
    UpstreamTls secured = to.tls();
    if (secured != null) {
      tls = secured.newHandler(channel.alloc(), to.address(), to.server().index());
      channel.pipeline().addLast(tls, new TlsEdge(tls));
    } else {
      channel.pipeline().addLast(new Unopened());
    }
  }

  /**
   * What fails before there is a codec is told by the future of the connect, and to nobody else.
   */
  private static final class Unopened extends ChannelInboundHandlerAdapter {
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      LOG.debug("a connect to a server failed", cause);
    }
  }

  private void onOpen(Channel channel, @Nullable Throwable failure) {
    reached = failure == null;
    if (failure != null) {
      boolean none = failure instanceof ChannelException; // not even a socket
      fail(channel, Fault.of(none ? Reason.OVERLOADED : Reason.SERVER_REFUSED, failure));
      onEnded(); // where there was no socket, none is closed
    } else if (tls == null) {
      install(channel, to.protocol() != Protocol.HTTP_1_1);
    } else {
      SslHandler handshaking = tls;
      handshaking
          .handshakeFuture()
          .addListener(future -> onHandshake(channel, handshaking, future.cause()));
    }
  }

  private void onHandshake(Channel channel, SslHandler handshaken, @Nullable Throwable failure) {
    if (failure != null) {
      fail(channel, UpstreamTls.fault(failure));
      return;
    }
    to.server().handshaken(UpstreamTls.isResumed(handshaken));
    boolean agreed = UpstreamTls.isHttp2(handshaken);
    switch (to.protocol()) {
      case HTTP_1_1 -> install(channel, false);
      case AUTO -> install(channel, agreed);
      case H2, H2C -> {
        if (agreed) {
          install(channel, true);
        } else {
          fail(channel, new Fault(Reason.SERVER_HANDSHAKE, "the server does not agree on h2"));
        }
      }
    }
  }

  private void install(Channel channel, boolean h2) {
    if (told) {
      return; // too late
    }
    if (tls == null) {
      channel.pipeline().remove(Unopened.class);
    }
    if (h2) {
      long ping = to.server().dialect().ping().toNanos();
      Http2Upstream.Terms terms = new Http2Upstream.Terms(tls == null ? HTTP : HTTPS, ping);
      channel
          .pipeline()
          .addLast(
              Http2Upstream.create(
                  loop, terms, owner, (codec, fault) -> onBegun(channel, codec, fault)));
    } else {
      Http1Upstream codec = new Http1Upstream(loop, owner, tls == null);
      channel.pipeline().addLast(codec);
      succeed(codec);
    }
  }

  private void onBegun(Channel channel, UpstreamConnection codec, @Nullable Fault fault) {
    if (fault == null) {
      succeed(codec);
    } else {
      fail(channel, fault);
    }
  }

  private void onLate(Channel channel) {
    if (reached) {
      String what = "the handshake did not end within " + millis + " ms of the connect";
      fail(channel, new Fault(Reason.SERVER_HANDSHAKE, what));
    } else {
      boolean named = to.address().isUnresolved();
      String what =
          "not within " + millis + " ms" + (named ? ", with the look-up of the name" : "");
      fail(channel, new Fault(Reason.CONNECT_TIMEOUT, what));
    }
  }

  private void succeed(UpstreamConnection connection) {
    if (tellsNow()) {
      if (tls != null && to.server().connected()) {
        LOG.info("server {}: its certificate is accepted again", to.server());
      }
      listener.onConnected(connection);
    }
  }

  private void fail(Channel channel, Fault fault) {
    if (tellsNow()) {
      if (channel.isRegistered()) { // else there is no socket
        channel.close();
      }
      Server server = to.server();
      if (server.connectFailed(fault, clock.instant())) {
        LOG.warn("server {}: its certificate is refused from now on: {}", server, fault.detail());
      }
      listener.onConnectFailed(fault);
    }
  }

  private void onEnded() {
    if (!ended) {
      ended = true;
      listener.onEnded();
    }
  }

  private boolean tellsNow() {
    if (told) {
      return false;
    }
    told = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
    return true;
  }
}
