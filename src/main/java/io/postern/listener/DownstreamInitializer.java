package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.postern.observe.ListenerMeters;
import io.postern.tls.CertificateStore;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the pipeline of an accepted connection, in wire order: TLS by the ClientHello, then the
 * codec that ALPN agreed on. Connections beyond the limit are closed here.
 */
@Sharable
final class DownstreamInitializer extends ChannelInitializer<Channel> {

  private static final Logger LOG = LoggerFactory.getLogger(DownstreamInitializer.class);

  private final String listener;
  private final Map<EventLoop, Downstream> byLoop;
  private final @Nullable CertificateStore certificates;
  private final int maxConnections;
  private final AtomicInteger open;
  private final ListenerMeters meters;

  DownstreamInitializer(
      String listener,
      Map<EventLoop, Downstream> byLoop,
      @Nullable CertificateStore certificates,
      int maxConnections,
      AtomicInteger open,
      ListenerMeters meters) {
    this.listener = listener;
    this.byLoop = byLoop;
    this.certificates = certificates;
    this.maxConnections = maxConnections;
    this.open = open;
    this.meters = meters;
  }

  @Override
  protected void initChannel(Channel channel) {
    int now = open.incrementAndGet();
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (now > maxConnections) {
      meters.refused();
      LOG.debug("listener {}: {} connections are open, another is closed", listener, now - 1);
      channel.close();
      return;
    }
    meters.accepted();
    Downstream downstream = byLoop.get(channel.eventLoop());
    if (downstream == null) {
      throw new IllegalStateException("a connection on an event loop that is not ours");
    }
    Arrival arrival = Arrival.of(channel);
    if (arrival == null) {
      channel.close(); // gone already
    } else if (certificates == null) {
      downstream.install(channel, arrival, null, false);
    } else {
      HandshakeHandler handshake = new HandshakeHandler(downstream, arrival);
      channel.pipeline().addLast(new HelloHandler(certificates, handshake)).addLast(handshake);
    }
  }
}
