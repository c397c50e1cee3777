package io.postern.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.pool.Server;
import io.postern.tls.UpstreamTls;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a server on its way: the look-up of the name, the TCP connect and, where the
 * pool has TLS, the handshake, all under one deadline. The listener is told once.
 *
 * <p>Owned by its event loop.
 */
final class Connecting extends ChannelInitializer<Channel> {

  private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);

  private final Server server;
  private final InetSocketAddress address;
  private final int millis;
  private final ChannelHandler codec;
  private final Connector.Listener listener;
  private final InstantSource clock;
  private @Nullable SslHandler tls;
  private @Nullable Future<?> deadline;
  private boolean reached;
  private boolean told;

  Connecting(
      Server server,
      InetSocketAddress address,
      int millis,
      ChannelHandler codec,
      Connector.Listener listener,
      InstantSource clock) {
    this.server = server;
    this.address = address;
    this.millis = millis;
    this.codec = codec;
    this.listener = listener;
    this.clock = clock;
  }

  void start(Bootstrap bootstrap, EventLoop loop) {
    ChannelFuture opening = bootstrap.handler(this).connect(address);
    Channel channel = opening.channel();
    // Not Netty's own timeout, which knows the TCP connect only.
    deadline = loop.schedule(() -> onLate(channel), millis, TimeUnit.MILLISECONDS);
    opening.addListener(future -> onOpen(channel, future.cause()));
  }

  @Override
  protected void initChannel(Channel channel) {
    UpstreamTls secured = server.tls();
    if (secured != null) {
      tls = secured.newHandler(channel.alloc(), address);
      channel.pipeline().addLast(tls, new TlsEdge(tls));
    }
    channel.pipeline().addLast(codec);
  }

  private void onOpen(Channel channel, @Nullable Throwable failure) {
    reached = failure == null;
    if (failure != null) {
      end(channel, Fault.of(Reason.SERVER_REFUSED, failure));
    } else if (tls == null) {
      end(channel, null);
    } else {
      tls.handshakeFuture().addListener(future -> onHandshake(channel, future.cause()));
    }
  }

  private void onHandshake(Channel channel, @Nullable Throwable failure) {
    end(channel, failure == null ? null : UpstreamTls.fault(failure));
  }

  private void onLate(Channel channel) {
    if (reached) {
      String what = "the handshake did not end within " + millis + " ms of the connect";
      end(channel, new Fault(Reason.SERVER_HANDSHAKE, what));
    } else {
      boolean named = address.isUnresolved();
      String what =
          "not within " + millis + " ms" + (named ? ", with the look-up of the name" : "");
      end(channel, new Fault(Reason.CONNECT_TIMEOUT, what));
    }
  }

  private void end(Channel channel, @Nullable Fault fault) {
    if (told) {
      return;
    }
    told = true;
    if (deadline != null) {
      deadline.cancel(false);
    }
    if (fault == null) {
      onVerified();
    } else {
      channel.close();
      onFault(fault);
    }
    listener.onConnect(fault);
  }

  private void onVerified() {
    if (server.connected()) {
      LOG.info("server {}: its certificate is accepted again", server);
    }
  }

  private void onFault(Fault fault) {
    if (server.connectFailed(fault, clock.instant())) {
      LOG.warn("server {}: its certificate is refused from now on: {}", server, fault.detail());
    }
  }
}
