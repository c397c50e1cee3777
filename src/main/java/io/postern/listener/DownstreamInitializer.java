package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.postern.http.LoopContext;
import io.postern.tls.ListenerTls;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pipeline of an accepted connection, in wire order: the PROXY header, TLS by the
 * ClientHello, then the codec that ALPN agreed on; as far as {@link Admission} lets it stay.
 */
@Sharable
final class DownstreamInitializer extends ChannelInitializer<Channel> {

  private final HeaderPolicy policy;
  private final Map<EventLoop, Downstream> byLoop;
  private final @Nullable ListenerTls tls;
  private final Admission admission;

  DownstreamInitializer(
      HeaderPolicy policy,
      Map<EventLoop, Downstream> byLoop,
      @Nullable ListenerTls tls,
      Admission admission) {
    this.policy = policy;
    this.byLoop = byLoop;
    this.tls = tls;
    this.admission = admission;
  }

  @Override
  protected void initChannel(Channel channel) {
    if (!admission.accepts(channel)) {
      return;
    }
    Downstream downstream = byLoop.get(channel.eventLoop());
    if (downstream == null) {
      throw new IllegalStateException("a connection on an event loop that is not ours");
    }
    LoopContext loop = downstream.context().loop();
    loop.turns().join(channel);
    channel
        .pipeline()
        .addLast(
            new ProxyHeaderHandler(
                policy,
                loop.deadlines(),
                (arrived, arrival) -> begin(downstream, arrived, arrival)));
  }

  private void begin(Downstream downstream, Channel channel, Arrival arrival) {
    if (!admission.admits(channel, arrival)) {
      return;
    }
    if (tls == null) {
      downstream.install(channel, arrival, null, false);
    } else {
      HandshakeHandler handshake = new HandshakeHandler(downstream, arrival, admission);
      channel
          .pipeline()
          .addLast(new HelloHandler(tls, downstream, Source.of(arrival), handshake))
          .addLast(handshake);
    }
  }
}
