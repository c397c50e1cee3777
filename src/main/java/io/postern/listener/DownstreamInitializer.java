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
 * Makes the pipeline of an accepted connection, in wire order: the PROXY header, TLS by the
 * ClientHello, then the codec that ALPN agreed on. Connections beyond the limit are closed here.
 */
@Sharable
final class DownstreamInitializer extends ChannelInitializer<Channel> {

  private static final Logger LOG = LoggerFactory.getLogger(DownstreamInitializer.class);

  private final HeaderPolicy policy;
  private final Map<EventLoop, Downstream> byLoop;
  private final @Nullable CertificateStore certificates;
  private final int maxConnections;
  private final AtomicInteger open;
  private final ListenerMeters meters;

  DownstreamInitializer(
      HeaderPolicy policy,
      Map<EventLoop, Downstream> byLoop,
      @Nullable CertificateStore certificates,
      int maxConnections,
      AtomicInteger open,
      ListenerMeters meters) {
    this.policy = policy;
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
      LOG.debug(
          "listener {}: {} connections are open, another is closed", policy.listener(), now - 1);
      channel.close();
      return;
    }
    meters.accepted();
    Downstream downstream = byLoop.get(channel.eventLoop());
    if (downstream == null) {
      throw new IllegalStateException("a connection on an event loop that is not ours");
    }
    channel
        .pipeline()
        .addLast(
            new ProxyHeaderHandler(
                policy,
                downstream.context().loop().deadlines(),
                (arrived, arrival) -> begin(downstream, arrived, arrival)));
  }

  private void begin(Downstream downstream, Channel channel, Arrival arrival) {
    if (!downstream.context().admits(arrival.vpce())) {
      meters.denied();
      LOG.debug("listener {}: {} is no tenant's", policy.listener(), arrival);
      channel.close();
    } else if (certificates == null) {
      downstream.install(channel, arrival, null, false);
    } else {
      HandshakeHandler handshake = new HandshakeHandler(downstream, arrival);
      channel.pipeline().addLast(new HelloHandler(certificates, handshake)).addLast(handshake);
    }
  }
}
