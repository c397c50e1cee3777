package io.postern.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.postern.config.Bind;
import io.postern.config.ListenerConfig;
import io.postern.config.LoadBalancerConfig;
import io.postern.exchange.Foremost;
import io.postern.exchange.OpenExchange;
import io.postern.exchange.Sought;
import io.postern.fault.Fault;
import io.postern.http.DownstreamSettings;
import io.postern.http.ExchangeFactory;
import io.postern.http.UnusualNames;
import io.postern.observe.ListenerMeters;
import io.postern.tenant.Tenants;
import io.postern.tls.ListenerTls;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bound address that accepts clients, and the connections that came by it. Bound, drained and
 * closed by {@code runtime}, from any thread; what concerns a connection is done on its own loop.
 */
public final class Listener {

  private final ListenerMeters meters = new ListenerMeters();
  private final List<? extends ExchangeFactory.OfLoop> loops;
  private final Map<EventLoop, ClientConnections> connections = new HashMap<>();
  private final Channel server;
  private volatile Terms terms;
  private volatile Accepting accepting;

  private Listener(Terms terms, Sockets sockets, List<? extends ExchangeFactory.OfLoop> loops)
      throws InterruptedException {
    this.loops = loops;
    for (ExchangeFactory.OfLoop each : loops) {
      connections.put(each.loop().loop(), new ClientConnections(each.loop()));
    }
    this.terms = terms;
    this.accepting = accepting(terms, null);
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(sockets.group())
            .channelFactory(sockets.channels())
            .option(ChannelOption.SO_BACKLOG, 4096)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.RECVBUF_ALLOCATOR, fewAtATime())
            .childHandler(new DownstreamInitializer(() -> accepting));
    SocketAddress at = sockets.at();
    if (at instanceof InetSocketAddress) {
      bootstrap.option(ChannelOption.SO_REUSEADDR, true);
    }
    this.server = (at == null ? bootstrap.register() : bootstrap.bind(at)).sync().channel();
  }

  /**
   * Binds a listener. Clients can connect from now on, and wait until it is {@link #open}.
   *
   * @param loops the loops to spread connections over, each with what opens its exchanges
   */
  public static Listener bind(
      Terms terms, Sockets sockets, List<? extends ExchangeFactory.OfLoop> loops)
      throws InterruptedException {
    return new Listener(terms, sockets, loops);
  }

  /** Accepts from now on. */
  public void open() {
    server.config().setAutoRead(true);
  }

  /**
   * Who is accepted from now on comes on other terms; who is there stays on those that it came on.
   *
   * @param other with a bind that is this socket's
   */
  public void change(Terms other) {
    accepting = accepting(other, accepting.admission());
    terms = other;
  }

  private Accepting accepting(Terms by, @Nullable Admission before) {
    ListenerConfig config = by.config();
    ListenerTls tls = by.tls();
    boolean asks = tls != null && tls.asksForCertificates();
    Admission admission = new Admission(config, asks, by.admitted(), meters, before);
    HandshakeAdmission beginning = new HandshakeAdmission(config, by.admitted(), meters);
    HandshakeReports reports = new HandshakeReports(config.name(), meters);
    Map<EventLoop, Downstream> byLoop = new HashMap<>();
    for (ExchangeFactory.OfLoop each : loops) {
      EventLoop loop = each.loop().loop();
      Handshakes handshakes =
          new Handshakes(
              config.timeouts().handshake().toNanos(),
              beginning,
              by.admitted().handshakes().of(loop),
              reports);
      byLoop.put(loop, downstream(by, each, handshakes));
    }
    return new Accepting(policy(by), byLoop, tls, admission, by.options());
  }

  /**
   * Four in a pass of the loop, not sixteen as Netty has it: in a flood of connections what the
   * others bring waits for fewer.
   */
  private static RecvByteBufAllocator fewAtATime() {
    return new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(4);
  }

  private HeaderPolicy policy(Terms by) {
    ListenerConfig config = by.config();
    return new HeaderPolicy(
        config.name(),
        config.proxyProtocol(),
        by.loadBalancer().sources(),
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

  @SuppressWarnings("NullAway") // every loop has its connections
  private Downstream downstream(Terms by, ExchangeFactory.OfLoop context, Handshakes handshakes) {
    ListenerConfig config = by.config();
    ListenerConfig.Timeouts timeouts = config.timeouts();
    return new Downstream(
        config.name(),
        settings(config, by.loadBalancer(), meters),
        config.tls() != null && config.tls().forwardClientCertificate(),
        new Retirement.Terms(
            timeouts.connectionAge() == null ? 0 : timeouts.connectionAge().toNanos(),
            config.limits().requestsPerConnection()),
        context,
        connections.get(context.loop().loop()),
        meters,
        handshakes);
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
    return terms.config().name();
  }

  /** On what terms clients come now. */
  public Terms terms() {
    return terms;
  }

  /**
   * The address that is bound, with the port that was free where the config said 0.
   *
   * @throws ClassCastException of a unix socket, which has none
   */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.localAddress();
  }

  /** Where it listens, as people write it: {@code [::]:443}, {@code unix:/run/postern/a.sock}. */
  public String at() {
    Bind bind = terms.config().bind();
    return bind instanceof Bind.Unix ? bind.toString() : NetUtil.toSocketAddressString(address());
  }

  /** Its certificates; null on a plain one. */
  public @Nullable ListenerTls tls() {
    return terms.tls();
  }

  /** How many connections are open. */
  public int openConnections() {
    return accepting.admission().open();
  }

  /** What is counted of it. */
  public ListenerMeters meters() {
    return meters;
  }

  /** Asks all clients to go away, each at a random moment of the spread; still accepts. */
  public void drain(long spreadMillis) {
    onEachLoop(each -> each.drain(spreadMillis));
  }

  /** Clients may stay, but for those that were asked already. */
  public void undrain() {
    onEachLoop(ClientConnections::undrain);
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
    connections.forEach(
        (loop, each) -> {
          Promise<Void> promise = loop.newPromise();
          closed.add(promise);
          loop.execute(() -> each.abort(fault, promise));
        });
    return closed;
  }

  /**
   * Looks at the open connections, on each of their event loops.
   *
   * @param most so many are told of, of each loop
   */
  public List<Future<Foremost<OpenConnection>>> connections(Sought sought, Order order, int most) {
    return look(
        () -> new Foremost<OpenConnection>(most),
        (asked, found) -> Look.connections(asked, order, found),
        sought);
  }

  /** The same of open exchanges. */
  public List<Future<Foremost<OpenExchange>>> exchanges(Sought sought, Order order, int most) {
    return look(
        () -> new Foremost<OpenExchange>(most),
        (asked, found) -> Look.exchanges(asked, order, found),
        sought);
  }

  /**
   * Asks the open connections that are sought to go, as in a drain, or closes them at once.
   *
   * @return of each event loop how many there were
   */
  public List<Future<AtomicInteger>> closeSome(Sought sought, boolean atOnce) {
    return look(AtomicInteger::new, (asked, count) -> Look.closing(asked, atOnce, count), sought);
  }

  /** Ends the open exchanges that are sought; their connections stay as far as that can be. */
  public List<Future<AtomicInteger>> endSome(Sought sought) {
    return look(AtomicInteger::new, Look::ending, sought);
  }

  private <T> List<Future<T>> look(
      Supplier<T> results, BiFunction<Look.Question, T, Look.Step> step, Sought sought) {
    List<Future<T>> looks = new ArrayList<>();
    Tenants tenants = terms.admitted().tenants().get();
    connections.forEach(
        (loop, there) -> {
          Promise<T> done = loop.newPromise();
          looks.add(done);
          loop.execute(
              () -> {
                T result = results.get();
                Look.Question asked = new Look.Question(sought, tenants, there::now);
                Look.begin(there.all(), step.apply(asked, result), result, done);
              });
        });
    return looks;
  }

  private void onEachLoop(Consumer<ClientConnections> task) {
    connections.forEach((loop, each) -> loop.execute(() -> task.accept(each)));
  }

  /** Those on one of its loops. */
  @SuppressWarnings("NullAway") // every loop has its connections
  ClientConnections on(EventLoop loop) {
    return connections.get(loop);
  }
}
