package io.postern.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.postern.config.Bind;
import io.postern.config.Cidr;
import io.postern.config.ListenerConfig;
import io.postern.config.LoadBalancerConfig;
import io.postern.fault.Fault;
import io.postern.http.DownstreamSettings;
import io.postern.http.ExchangeFactory;
import io.postern.http.UnusualNames;
import io.postern.observe.ListenerMeters;
import io.postern.tls.ListenerTls;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bound address that accepts clients, and the connections that came by it. Bound, drained and
 * closed by {@code runtime}, from any thread; what concerns a connection is done on its own loop.
 */
public final class Listener {

  private final ListenerConfig config;
  private final Map<EventLoop, Downstream> byLoop = new HashMap<>();
  private final ListenerMeters meters = new ListenerMeters();
  private final HandshakeReports reports;
  private final Admission admission;
  private final HandshakeAdmission beginning;
  private final HandshakeQueues queues;
  private final @Nullable ListenerTls tls;
  private final Channel server;

  private Listener(
      ListenerConfig config,
      LoadBalancerConfig loadBalancer,
      @Nullable ListenerTls tls,
      Admitted admitted,
      List<? extends ExchangeFactory.OfLoop> loops,
      Binding binding)
      throws InterruptedException {
    this.config = config;
    this.tls = tls;
    this.reports = new HandshakeReports(config.name(), meters);
    this.admission =
        new Admission(config, tls != null && tls.asksForCertificates(), admitted, meters);
    this.beginning = new HandshakeAdmission(config, admitted, meters);
    this.queues = admitted.handshakes();
    for (ExchangeFactory.OfLoop each : loops) {
      byLoop.put(each.loop().loop(), downstream(loadBalancer, each));
    }
    this.server = binding.bind(this).sync().channel();
  }

  private interface Binding {
    ChannelFuture bind(Listener listener);
  }

  /**
   * Binds a listener; it accepts from now on.
   *
   * @param loadBalancer what stands before it
   * @param loops the loops to spread connections over, each with what opens its exchanges
   * @param admitted who may come, and how many
   */
  public static Listener bind(
      ListenerConfig config,
      LoadBalancerConfig loadBalancer,
      @Nullable ListenerTls tls,
      Admitted admitted,
      Sockets sockets,
      List<? extends ExchangeFactory.OfLoop> loops)
      throws InterruptedException {
    return new Listener(
        config,
        loadBalancer,
        tls,
        admitted,
        loops,
        listener ->
            bound(
                config.bind(),
                sockets
                    .options()
                    .onAccepted(new ServerBootstrap())
                    .group(sockets.group())
                    .channelFactory(sockets.channels())
                    .option(ChannelOption.SO_BACKLOG, 4096)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .option(ChannelOption.RECVBUF_ALLOCATOR, fewAtATime())
                    .childHandler(
                        new DownstreamInitializer(
                            listener.policy(loadBalancer.sources()),
                            listener.byLoop,
                            tls,
                            listener.admission))));
  }

  private static ChannelFuture bound(Bind bind, ServerBootstrap bootstrap) {
    return switch (bind) {
      case Bind.Address at -> bootstrap.bind(at.host(), at.port());
      case Bind.Passed _ -> bootstrap.register(); // it listens already
    };
  }

  /**
   * Four in a pass of the loop, not sixteen as Netty has it: in a flood of connections what the
   * others bring waits for fewer.
   */
  private static RecvByteBufAllocator fewAtATime() {
    return new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(4);
  }

  private HeaderPolicy policy(List<Cidr> sources) {
    return new HeaderPolicy(
        config.name(),
        config.proxyProtocol(),
        sources,
        config.timeouts().proxyHeader().toNanos(),
        meters.arrivals());
  }

  /** The bounds of a listener, for whoever would know what is within them. */
  public static DownstreamSettings settings(
      ListenerConfig config, LoadBalancerConfig loadBalancer) {
    return settings(config, loadBalancer, new ListenerMeters());
  }

  private static DownstreamSettings settings(
      ListenerConfig config, LoadBalancerConfig loadBalancer, ListenerMeters meters) {
    ListenerConfig.Limits limits = config.limits();
    ListenerConfig.Timeouts timeouts = config.timeouts();
    return new DownstreamSettings(
        limits.requestHead().intBytes(),
        limits.requestTarget().intBytes(),
        limits.requestFields(),
        limits.concurrentStreams(),
        unusualNames(config.unusualFieldNames()),
        limits.pipelined().intBytes(),
        timeouts.requestHead().toNanos(),
        loadBalancer.idle(timeouts).toNanos(),
        new Http2Reports(meters));
  }

  private Downstream downstream(LoadBalancerConfig loadBalancer, ExchangeFactory.OfLoop context) {
    ListenerConfig.Limits limits = config.limits();
    ListenerConfig.Timeouts timeouts = config.timeouts();
    return new Downstream(
        config.name(),
        settings(config, loadBalancer, meters),
        config.tls() != null && config.tls().forwardClientCertificate(),
        new Retirement.Terms(
            timeouts.connectionAge() == null ? 0 : timeouts.connectionAge().toNanos(),
            limits.requestsPerConnection()),
        context,
        new ClientConnections(context.loop()),
        meters,
        new Handshakes(
            timeouts.handshake().toNanos(), beginning, queues.of(context.loop().loop()), reports));
  }

  private static UnusualNames unusualNames(ListenerConfig.UnusualFieldNames config) {
    return switch (config) {
      case PASS -> UnusualNames.PASS;
      case DROP -> UnusualNames.DROP;
      case REFUSE -> UnusualNames.REFUSE;
    };
  }

  /** The name in the config. */
  public String name() {
    return config.name();
  }

  /** The address that is bound, with the port that was free where the config said 0. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** Its certificates; null on a plain one. */
  public @Nullable ListenerTls tls() {
    return tls;
  }

  /** How many connections are open. */
  public int openConnections() {
    return admission.open();
  }

  /** What is counted of it. */
  public ListenerMeters meters() {
    return meters;
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
