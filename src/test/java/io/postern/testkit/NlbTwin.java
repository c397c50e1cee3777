package io.postern.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Imitates a Network Load Balancer of AWS with a TCP listener, as its targets see it.
 *
 * <ul>
 *   <li>A flow goes to a healthy target in turn; where none is healthy, to any ("fail open").
 *   <li>The PROXY header goes out with the first bytes of the client, in one segment where they fit
 *       one, and never where the client sends nothing.
 *   <li>HTTP checks send a LOCAL header without addresses, as a segment of its own, before the GET;
 *       TCP checks connect and close.
 *   <li>A flow that is silent for the idle timeout is forgotten without a word. The next packet of
 *       either side meets an RST. Unlike the original it sees no TCP keep-alive.
 *   <li>A target that was deregistered gets new flows for a while; those it has stay.
 *   <li>The flows of a target that becomes unhealthy are reset, unless told otherwise.
 *   <li>Half-closes and resets go through, both ways.
 * </ul>
 *
 * <p>All of it belongs to one event loop, which carries thousands of flows; what other threads ask
 * goes there.
 */
public final class NlbTwin implements AutoCloseable {

  private final NlbOptions options;
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final List<NlbTarget> targets;
  private final Set<NlbFlow> flows = new HashSet<>();
  private final Consumer<String> log;
  private final Channel server;
  private int next;

  private NlbTwin(NlbOptions options, Consumer<String> log) {
    this.options = options;
    this.log = log;
    this.targets = options.targets().stream().map(NlbTarget::new).toList();
    this.server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel client) {
                    open(client);
                  }
                })
            .bind(options.listen())
            .syncUninterruptibly()
            .channel();
    every(options.idle().dividedBy(10), this::forgetIdle);
    NlbOptions.Checks checks = options.checks();
    if (checks != null) {
      NlbHealth health = new NlbHealth(this, checks, options.header());
      ask(
          () -> {
            targets.forEach(NlbTarget::awaitChecks);
            return true;
          });
      every(checks.interval(), () -> health.check(targets));
    }
  }

  /** Starts one. */
  public static NlbTwin start(NlbOptions options) {
    return new NlbTwin(options, line -> {});
  }

  /** Runs until the process is ended; tells on the standard output what becomes of targets. */
  public static void main(String... arguments) throws InterruptedException {
    NlbOptions options;
    try {
      options = NlbOptions.parse(arguments);
    } catch (RuntimeException wrong) {
      System.err.println(wrong.getMessage() + "\n" + NlbOptions.USAGE);
      System.exit(2);
      return;
    }
    NlbTwin twin = new NlbTwin(options, System.out::println);
    System.out.println("ready: " + twin.address());
    twin.server.closeFuture().sync();
  }

  /** Where clients connect. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** Takes a target out; it still gets new flows for as long as the news takes. */
  public void deregister(InetSocketAddress target) {
    ask(
        () ->
            loop.schedule(
                () -> target(target).register(false),
                options.propagation().toMillis(),
                TimeUnit.MILLISECONDS));
  }

  /** Takes a target in again. */
  public void register(InetSocketAddress target) {
    ask(() -> target(target).register(true));
  }

  /** Whether the last checks of a target went well. */
  public boolean isHealthy(InetSocketAddress target) {
    return ask(() -> target(target).isHealthy());
  }

  /** How many flows are open, those that were forgotten included. */
  public int flows() {
    return ask(flows::size);
  }

  /** How many of them were forgotten. */
  public long forgotten() {
    return ask(() -> flows.stream().filter(NlbFlow::isForgotten).count());
  }

  /** How many flows a target has been given. */
  public int flowsTo(InetSocketAddress target) {
    return ask(() -> target(target).flows());
  }

  /** Ends all flows with an RST. */
  @Override
  public void close() {
    server.close().syncUninterruptibly();
    ask(
        () -> {
          Set.copyOf(flows).forEach(NlbFlow::reset);
          return true;
        });
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private void open(Channel client) {
    NlbTarget target = choose();
    if (target == null) {
      NlbFlow.reset(client);
      return;
    }
    target.count();
    NlbFlow flow = new NlbFlow(target, client, header(client));
    flows.add(flow);
    flow.onEnd(() -> flows.remove(flow));
    connect(target.address(), flow.serverSide())
        .addListener(connected -> flow.connected(connected.isSuccess()));
  }

  private byte @Nullable [] header(Channel client) {
    if (!options.header()) {
      return null;
    }
    InetSocketAddress from = (InetSocketAddress) client.remoteAddress();
    InetSocketAddress to = (InetSocketAddress) client.localAddress();
    String vpce = options.vpce();
    return vpce == null
        ? ProxyV2.proxied(from, to).checksum().padded().bytes()
        : ProxyV2.aws(from, to, vpce);
  }

  /** The next healthy one; any that is registered where none is; null where none is registered. */
  private @Nullable NlbTarget choose() {
    List<NlbTarget> registered = targets.stream().filter(NlbTarget::isRegistered).toList();
    List<NlbTarget> healthy = registered.stream().filter(NlbTarget::isHealthy).toList();
    List<NlbTarget> among = healthy.isEmpty() ? registered : healthy;
    return among.isEmpty() ? null : among.get(next++ % among.size());
  }

  /** Connects to a target, or to where it is checked. */
  ChannelFuture connect(InetSocketAddress address, ChannelHandler handler) {
    String from = options.from();
    return new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 2000)
        .handler(handler)
        .connect(address, from == null ? null : new InetSocketAddress(from, 0));
  }

  /** What a check says of a target. */
  void onChecked(NlbTarget target, boolean well, int threshold) {
    if (!target.checked(well, threshold)) {
      return;
    }
    log.accept(target.address() + (target.isHealthy() ? " healthy" : " unhealthy"));
    if (!target.isHealthy() && options.resetsWhenUnhealthy()) {
      Set.copyOf(flows).stream().filter(flow -> flow.target() == target).forEach(NlbFlow::reset);
    }
  }

  private void forgetIdle() {
    flows.forEach(flow -> flow.forgetIfIdle(options.idle().toNanos()));
  }

  private void every(Duration interval, Runnable task) {
    long nanos = Math.max(interval.toNanos(), 1_000_000);
    loop.scheduleAtFixedRate(task, 0, nanos, TimeUnit.NANOSECONDS);
  }

  private NlbTarget target(InetSocketAddress address) {
    return targets.stream()
        .filter(each -> each.address().equals(address))
        .findFirst()
        .orElseThrow();
  }

  private <T> T ask(Callable<T> question) {
    return Await.result("the twin of the load balancer", loop.submit(question));
  }

  /** Nothing to be done with what comes. */
  static ChannelHandler silent() {
    return new ChannelInboundHandlerAdapter();
  }
}
