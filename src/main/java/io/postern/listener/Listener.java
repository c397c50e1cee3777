package io.postern.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.postern.config.Cidr;
import io.postern.config.ListenerConfig;
import io.postern.exchange.ExchangeContext;
import io.postern.fault.Fault;
import io.postern.http.DownstreamSettings;
import io.postern.http.Reads;
import io.postern.observe.Arrivals;
import io.postern.tls.CertificateStore;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A bound address that accepts clients, and the connections that came by it. Bound, drained and
 * closed by {@code runtime}, from any thread; what concerns a connection is done on its own loop.
 */
public final class Listener {

  private final ListenerConfig config;
  private final Map<EventLoop, Downstream> byLoop = new HashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final Arrivals arrivals = new Arrivals();
  private final Channel server;

  private Listener(ListenerConfig config, List<ExchangeContext> loops, Binding binding)
      throws InterruptedException {
    this.config = config;
    for (ExchangeContext each : loops) {
      byLoop.put(each.loop().loop(), downstream(each));
    }
    this.server = binding.bind(this).sync().channel();
  }

  private interface Binding {
    ChannelFuture bind(Listener listener);
  }

  /**
   * Binds a listener; it accepts from now on.
   *
   * @param loops the loops to spread connections over, each with what opens its exchanges
   * @param sources who may send PROXY headers; empty is anyone
   * @param maxConnections the limit of the config, or less where descriptors are few
   */
  public static Listener bind(
      ListenerConfig config,
      List<Cidr> sources,
      @Nullable CertificateStore certificates,
      int maxConnections,
      EventLoopGroup group,
      ChannelFactory<? extends ServerChannel> channels,
      List<ExchangeContext> loops)
      throws InterruptedException {
    return new Listener(
        config,
        loops,
        listener ->
            new ServerBootstrap()
                .group(group)
                .channelFactory(channels)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, Reads.sized())
                .childOption(
                    ChannelOption.WRITE_BUFFER_WATER_MARK,
                    new WriteBufferWaterMark(64 * 1024, 128 * 1024))
                .childHandler(
                    new DownstreamInitializer(
                        listener.policy(sources),
                        listener.byLoop,
                        certificates,
                        maxConnections,
                        listener.open))
                .bind(config.bind().host(), config.bind().port()));
  }

  private HeaderPolicy policy(List<Cidr> sources) {
    return new HeaderPolicy(
        config.name(),
        config.proxyProtocol(),
        sources,
        config.timeouts().proxyHeader().toNanos(),
        arrivals);
  }

  private Downstream downstream(ExchangeContext context) {
    ListenerConfig.Limits limits = config.limits();
    ListenerConfig.Timeouts timeouts = config.timeouts();
    DownstreamSettings settings =
        new DownstreamSettings(
            limits.requestHead().intBytes(),
            limits.requestFields(),
            limits.concurrentStreams(),
            timeouts.requestHead().toNanos(),
            timeouts.idle().toNanos());
    return new Downstream(
        config.name(),
        settings,
        timeouts.handshake().toNanos(),
        context,
        new ClientConnections(context.loop()));
  }

  /** The name in the config. */
  public String name() {
    return config.name();
  }

  /** The address that is bound, with the port that was free where the config said 0. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** How many connections are open. */
  public int openConnections() {
    return open.get();
  }

  /** How its connections began, counted since it was bound. */
  public Arrivals arrivals() {
    return arrivals;
  }

  /** Asks all clients to go away, each at a random moment of the spread; still accepts. */
  public void drain(long spreadMillis) {
    onEachLoop(connections -> connections.drain(spreadMillis));
  }

  /** Accepts no more. */
  public void close() {
    server.close();
  }

  /**
   * Ends every connection; what is in flight fails with this fault.
   *
   * @return of each event loop when the last of its connections is closed
   */
  public List<Future<Void>> abort(Fault fault) {
    List<Future<Void>> closed = new ArrayList<>();
    byLoop.forEach(
        (loop, each) -> {
          Promise<Void> promise = loop.newPromise();
          closed.add(promise);
          loop.execute(() -> each.connections().abort(fault, promise));
        });
    return closed;
  }

  private void onEachLoop(java.util.function.Consumer<ClientConnections> task) {
    byLoop.forEach((loop, each) -> loop.execute(() -> task.accept(each.connections())));
  }
}
