package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInitializer;
import io.postern.http.LoopContext;
import io.postern.tls.ListenerTls;
import java.util.function.Supplier;

/**
 * Makes the pipeline of an accepted connection, in wire order: the PROXY header, TLS by the
 * ClientHello, then the codec that ALPN agreed on; as far as {@link Admission} lets it stay.
 */
@Sharable
final class DownstreamInitializer extends ChannelInitializer<Channel> {

  private final Supplier<Accepting> now;

  /**
   * Makes pipelines.
   *
   * @param now asked for each connection, which keeps what it gets
   */
  DownstreamInitializer(Supplier<Accepting> now) {
    this.now = now;
  }

  @Override
  protected void initChannel(Channel channel) {
    Accepting accepting = now.get();
    accepting.options().on(channel);
    if (!accepting.admission().accepts(channel)) {
      return;
    }
    Downstream downstream = accepting.byLoop().get(channel.eventLoop());
    if (downstream == null) {
      throw new IllegalStateException("a connection on an event loop that is not ours");
    }
    LoopContext loop = downstream.context().loop();
    loop.turns().join(channel);
    downstream.connections().arrives(channel);
    channel
        .pipeline()
        .addLast(
            new ProxyHeaderHandler(
                accepting.policy(),
                loop.deadlines(),
                (arrived, arrival) -> begin(accepting, downstream, arrived, arrival)));
  }

  private static void begin(
      Accepting accepting, Downstream downstream, Channel channel, Arrival arrival) {
    Admission admission = accepting.admission();
    if (!admission.admits(channel, arrival)) {
      return;
    }
    ListenerTls tls = accepting.tls();
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
