package io.postern.runtime;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import io.postern.config.Config;
import io.postern.config.ListenerConfig;
import io.postern.config.LoadBalancerConfig;
import io.postern.config.ProcessConfig.Transport;
import io.postern.exchange.ExchangeContext;
import io.postern.exchange.Snapshot;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.LoopContext;
import io.postern.http.SocketOptions;
import io.postern.listener.Admitted;
import io.postern.listener.HandshakeQueues;
import io.postern.listener.Listener;
import io.postern.listener.Sockets;
import io.postern.observe.ExchangeMeters;
import io.postern.observe.ExchangeSink;
import io.postern.observe.Metrics;
import io.postern.shaping.LoopTime;
import io.postern.tls.KeyLog;
import io.postern.tls.ListenerTls;
import io.postern.upstream.Connector;
import io.postern.upstream.UpstreamConnections;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy that runs: the object graph of one config, its event loops and its listeners. Started and
 * ended by {@code cli} and by tests, from any thread but an event loop.
 */
public final class ProxyRuntime implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProxyRuntime.class);
  private static final InstantSource CLOCK = InstantSource.system();

  /** How long the answers to what is cut may take to leave. */
  private static final long LAST_BYTES_NANOS = 1_000_000_000L;

  private final Config config;
  private final EventLoops loops;
  private final PassedSockets passed;
  private final SocketOptions options;
  private final Compiled compiled;
  private final AtomicReference<Snapshot> snapshot;
  private final HandshakeQueues handshakes = new HandshakeQueues();
  private final ExchangeMeters exchanges;
  private final List<Connector> connectors = new ArrayList<>();
  private final List<UpstreamConnections> upstreams = new ArrayList<>();
  private final List<LoopTime> times = new CopyOnWriteArrayList<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<Listener> aside = new ArrayList<>();
  private final SplittableGenerator random = new SplittableRandom();
  private final AtomicReference<RunState> state = new AtomicReference<>(RunState.STARTING);
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final TenantUpkeep tenantUpkeep;
  private @Nullable PoolUpkeep poolUpkeep;
  private @Nullable Lookout lookout;

  private ProxyRuntime(
      Config config, EventLoops loops, PassedSockets passed, Compiled compiled, ExchangeSink sink) {
    this.config = config;
    this.passed = passed;
    this.loops = loops;
    this.options = SocketOptions.with(KeepAlive.of(config).options(loops.transport()));
    this.snapshot = new AtomicReference<>(compiled.snapshot());
    this.exchanges =
        new ExchangeMeters(
            () -> current().tenants(),
            compiled.snapshot().meters().stream().flatMap(List::stream).toList(),
            sink);
    this.compiled = compiled;
    this.tenantUpkeep = new TenantUpkeep(config, compiled.parts(), snapshot);
  }

  /**
   * Makes a proxy that does not accept clients yet: {@link #listen} is next.
   *
   * @param compiled the config's parts, without problems
   * @param sink takes the records of finished exchanges
   * @throws StartException where a transport cannot be had
   */
  public static ProxyRuntime create(Config config, Compiled compiled, ExchangeSink sink) {
    return create(config, PassedSockets.none(), compiled, sink);
  }

  /**
   * The same, with sockets to listen on.
   *
   * @param passed no problem with them is left, see {@link PassedSockets#problems}
   */
  public static ProxyRuntime create(
      Config config, PassedSockets passed, Compiled compiled, ExchangeSink sink) {
    EventLoops loops = EventLoops.start(config.process(), PassedSockets.areAskedFor(config));
    return new ProxyRuntime(config, loops, passed, compiled, sink);
  }

  /** Makes a proxy that accepts clients. */
  public static ProxyRuntime start(Config config, Compiled compiled, ExchangeSink sink) {
    ProxyRuntime runtime = create(config, compiled, sink);
    runtime.listen();
    return runtime;
  }

  /**
   * Begins to serve; when this returns, all listeners accept, and the first checks of servers are
   * on their way.
   *
   * @throws StartException where an address cannot be bound; nothing is left running
   */
  public void listen() {
    int most = Descriptors.clientConnections(Descriptors.limit());
    List<ExchangeContext> contexts = contexts();
    for (ListenerConfig each : config.listeners().values()) {
      int limit = Math.min(most, each.limits().connections());
      if (limit < each.limits().connections()) {
        LOG.warn(
            "listener {}: limits.connections is {}, and the limit of open files leaves room for {};"
                + " {} it is",
            each.name(),
            each.limits().connections(),
            most,
            limit);
      }
      ListenerTls tls = compiled.tls().get(each.name());
      Admitted admitted = new Admitted(limit, () -> current().tenants(), handshakes);
      listeners.add(bound(each, config.loadBalancer(), tls, admitted, loops.group(), contexts));
    }
    PoolUpkeep started = new PoolUpkeep(compiled, loops, connectors, upstreams, random, CLOCK);
    poolUpkeep = started;
    lookOut(started);
    started
        .firstRound()
        .thenRun(
            () -> {
              advance(RunState.READY);
              ready.complete(null);
            });
  }

  private void lookOut(PoolUpkeep pools) {
    Lookout started = new Lookout(config.process().watchInterval());
    lookout = started;
    started.each(pools::lookAtFiles);
    started.each(tenantUpkeep::look);
    TlsUpkeep.start(
        started,
        config,
        compiled,
        loops.contexts(),
        CLOCK,
        changed -> changed.servers().forEach(pools::closeIdle));
  }

  /**
   * Binds a port beside those that clients come by: for health and metrics. It is served by a loop
   * of its own, takes no part in a drain, and is closed last.
   *
   * @param exchanges answers what is asked there
   * @throws StartException where the address cannot be bound; nothing is left running
   */
  public Listener listenAside(ListenerConfig port, ExchangeFactory exchanges) {
    LoopContext side = loops.side();
    SideExchanges answering = new SideExchanges(side, random.split(), exchanges);
    Listener listener =
        bound(
            port,
            config.loadBalancer().withAnySource(),
            null,
            Admitted.anyone(port.limits().connections()),
            side.loop(),
            List.of(answering));
    aside.add(listener);
    return listener;
  }

  private record SideExchanges(LoopContext loop, RandomGenerator random, ExchangeFactory factory)
      implements ExchangeFactory.OfLoop {
    @Override
    public DownstreamStream.Listener open(DownstreamStream stream, long headStarted) {
      return factory.open(stream, headStarted);
    }
  }

  private List<ExchangeContext> contexts() {
    List<ExchangeContext> contexts = new ArrayList<>();
    for (LoopContext loop : loops.contexts()) {
      LoopTime time = new LoopTime(loop.loop());
      times.add(time);
      Connector connector = new Connector(loop, loops.channels(), options, CLOCK);
      UpstreamConnections upstream = new UpstreamConnections(loop, connector, upstreams);
      connectors.add(connector);
      upstreams.add(upstream);
      contexts.add(
          ExchangeContext.of(
              loop, snapshot::get, upstream, time, random.split(), exchanges, CLOCK::millis));
    }
    return contexts;
  }

  private Listener bound(
      ListenerConfig listener,
      LoadBalancerConfig loadBalancer,
      @Nullable ListenerTls tls,
      Admitted admitted,
      EventLoopGroup group,
      List<? extends ExchangeFactory.OfLoop> exchanges) {
    try {
      Sockets sockets =
          new Sockets(group, passed.channels(listener.bind(), loops.serverChannels()), options);
      return Listener.bind(listener, loadBalancer, tls, admitted, sockets, exchanges);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while starting", e);
    } catch (Exception e) {
      // Netty throws the checked BindException past the compiler.
      close();
      throw new StartException(
          "listener " + listener.name() + " cannot bind " + listener.bind() + ": " + e.getMessage(),
          e);
    }
  }

  /** Tells the service manager from now on that the event loops get on, where it watches them. */
  public void feedWatchdog(ServiceNotifier manager) {
    Watchdog.start(loops, manager);
  }

  private Snapshot current() {
    return Objects.requireNonNull(snapshot.get());
  }

  /** How far it is. */
  public RunState state() {
    return Objects.requireNonNull(state.get());
  }

  private void advance(RunState next) {
    state.updateAndGet(now -> now.compareTo(next) < 0 ? next : now);
  }

  /** Makes its families of metrics known. */
  public void describe(Metrics metrics) {
    exchanges.describe(metrics);
    new ListenerFamilies(this::listeners).describe(metrics);
    new TenantFamilies(snapshot::get).describe(metrics);
    tenantUpkeep.describe(metrics);
    new RouteFamilies(snapshot::get).describe(metrics);
    new PoolFamilies(snapshot::get).describe(metrics);
    new ServerFamilies(snapshot::get).describe(metrics);
    KeyLog keyLog = compiled.keyLog();
    metrics.gauges(
        "postern_tls_key_log_active",
        "1 while the secrets of TLS connections are written to a file, else 0.",
        List.of(),
        points -> points.add(keyLog != null && keyLog.isActive() ? 1 : 0));
    new LoopFamilies(loops.contexts(), loops.group().loads(), times, handshakes).describe(metrics);
  }

  /** The listeners, in the order of the config. */
  public List<Listener> listeners() {
    return List.copyOf(listeners);
  }

  /** The ports beside them, in the order in which they were bound. */
  public List<Listener> aside() {
    return List.copyOf(aside);
  }

  /** What drives the sockets. */
  public Transport transport() {
    return loops.transport();
  }

  /** How many event loops there are. */
  public int eventLoops() {
    return loops.contexts().size();
  }

  /**
   * Done when the proxy is ready: its listeners accept, and every pool's first round of checks has
   * ended, which their timeouts bound. Never done where it was closed before.
   */
  public CompletableFuture<Void> ready() {
    return ready;
  }

  /** How many clients' connections are open. */
  public int openConnections() {
    return listeners.stream().mapToInt(Listener::openConnections).sum();
  }

  /** Says that the end is near; nothing else changes yet. */
  void announceEnd() {
    advance(RunState.DRAINING);
  }

  /** Asks all clients to go away over the spread; still accepts. */
  void sendAway(long spreadMillis) {
    listeners.forEach(listener -> listener.drain(spreadMillis));
  }

  /** Accepts no more. */
  void stopAccepting() {
    listeners.forEach(Listener::close);
  }

  /** Ends every exchange that still runs, and every connection; waits for their last bytes. */
  private static void abort(List<Listener> listeners) {
    Fault stopped = Fault.of(Reason.STOPPED);
    List<Future<Void>> ends = new ArrayList<>();
    listeners.forEach(listener -> ends.addAll(listener.abort(stopped)));
    long end = System.nanoTime() + LAST_BYTES_NANOS;
    for (Future<Void> each : ends) {
      each.awaitUninterruptibly(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  /** Stops at once: cuts what is in flight, and ends the loops. Does nothing the second time. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return; // a drain has closed it, and now whoever started it does
    }
    advance(RunState.STOPPED);
    if (poolUpkeep != null) {
      poolUpkeep.stop();
    }
    if (lookout != null) {
      lookout.close();
    }
    stopAccepting();
    abort(listeners);
    for (int i = 0; i < upstreams.size(); i++) {
      // Waited for, as is what was asked of the loop before: a loop that is told to end closes its
      // channels first, and what is in flight would end as if its client had gone.
      Future<?> asked = loops.contexts().get(i).loop().submit(upstreams.get(i)::closeIdle);
      if (!asked.awaitUninterruptibly(1, TimeUnit.SECONDS)) {
        LOG.warn("event loop {} is too busy to end its exchanges well", i);
      }
    }
    if (ended(loops.group())) {
      compiled.close();
    }
    aside.forEach(Listener::close);
    abort(aside);
    ended(loops.side().loop());
  }

  private static boolean ended(EventLoopGroup group) {
    // The quiet time is for connections that still say close_notify.
    Future<?> ended = group.shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
    boolean inTime = ended.awaitUninterruptibly(6, TimeUnit.SECONDS);
    if (!inTime) {
      LOG.warn("the event loops did not end in time");
    }
    return inTime;
  }
}
