package io.postern.runtime;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import io.postern.config.Config;
import io.postern.config.ListenerConfig;
import io.postern.config.ProcessConfig.Transport;
import io.postern.exchange.ExchangeContext;
import io.postern.exchange.Snapshot;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.LoopContext;
import io.postern.http.SocketOptions;
import io.postern.listener.Listener;
import io.postern.listener.Sockets;
import io.postern.observe.ExchangeMeters;
import io.postern.observe.ExchangeSink;
import io.postern.observe.LoopLag;
import io.postern.observe.Metrics;
import io.postern.tls.CertificateStore;
import io.postern.upstream.Connector;
import io.postern.upstream.UpstreamConnections;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A proxy that runs: the object graph of one config, its event loops and its listeners. Started and
 * ended by {@code cli} and by tests, from any thread but an event loop.
 */
public final class ProxyRuntime implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ProxyRuntime.class);

  /** How long the answers to what is cut may take to leave. */
  private static final long LAST_BYTES_NANOS = 1_000_000_000L;

  private final Config config;
  private final EventLoops loops;
  private final SocketOptions options;
  private final AtomicReference<Snapshot> snapshot;
  private final Map<String, CertificateStore> certificates;
  private final ExchangeMeters exchanges;
  private final List<UpstreamConnections> upstreams = new ArrayList<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<Listener> aside = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Written by the threads that start and stop us, which come one after the other. */
  private volatile RunState state = RunState.STARTING;

  private ProxyRuntime(Config config, EventLoops loops, Compiled compiled, ExchangeSink sink) {
    this.config = config;
    this.loops = loops;
    this.options = SocketOptions.with(KeepAlive.of(config).options(loops.transport()));
    this.snapshot = new AtomicReference<>(compiled.snapshot());
    this.certificates = Map.copyOf(compiled.certificates());
    this.exchanges = new ExchangeMeters(compiled.snapshot().meters(), sink);
  }

  /**
   * Makes a proxy that does not accept clients yet: {@link #listen} is next.
   *
   * @param compiled the config's parts, without problems
   * @param sink takes the records of finished exchanges
   * @throws StartException where a transport cannot be had
   */
  public static ProxyRuntime create(Config config, Compiled compiled, ExchangeSink sink) {
    return new ProxyRuntime(config, EventLoops.start(config.process()), compiled, sink);
  }

  /** Makes a proxy that accepts clients. */
  public static ProxyRuntime start(Config config, Compiled compiled, ExchangeSink sink) {
    ProxyRuntime runtime = create(config, compiled, sink);
    runtime.listen();
    return runtime;
  }

  /**
   * Begins to serve; when this returns, all listeners accept.
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
      CertificateStore store = certificates.get(each.name());
      listeners.add(bound(each, store, limit, loops.group(), contexts));
    }
    state = RunState.READY;
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
    SideExchanges answering = new SideExchanges(side, exchanges);
    Listener listener =
        bound(port, null, port.limits().connections(), side.loop(), List.of(answering));
    aside.add(listener);
    return listener;
  }

  private record SideExchanges(LoopContext loop, ExchangeFactory factory)
      implements ExchangeFactory.OfLoop {
    @Override
    public DownstreamStream.Listener open(DownstreamStream stream, long headStarted) {
      return factory.open(stream, headStarted);
    }
  }

  private List<ExchangeContext> contexts() {
    List<ExchangeContext> contexts = new ArrayList<>();
    for (LoopContext loop : loops.contexts()) {
      UpstreamConnections upstream =
          new UpstreamConnections(loop, new Connector(loop.loop(), loops.channels(), options));
      upstreams.add(upstream);
      contexts.add(
          ExchangeContext.of(
              loop, snapshot::get, upstream, exchanges, InstantSource.system()::millis));
    }
    return contexts;
  }

  private Listener bound(
      ListenerConfig listener,
      @Nullable CertificateStore store,
      int limit,
      EventLoopGroup group,
      List<? extends ExchangeFactory.OfLoop> exchanges) {
    try {
      Sockets sockets = new Sockets(group, loops.serverChannels(), options);
      return Listener.bind(listener, config.loadBalancer(), store, limit, sockets, exchanges);
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

  /** How far it is. */
  public RunState state() {
    return state;
  }

  /** Makes its families of metrics known. */
  public void describe(Metrics metrics) {
    exchanges.describe(metrics);
    new ListenerFamilies(this::listeners).describe(metrics);
    new ServerFamilies(snapshot::get).describe(metrics);
    LoopLag.describe(metrics, loops.contexts().stream().map(LoopContext::loop).toList());
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

  /** How many clients' connections are open. */
  public int openConnections() {
    return listeners.stream().mapToInt(Listener::openConnections).sum();
  }

  /** Says that the end is near; nothing else changes yet. */
  void announceEnd() {
    state = RunState.DRAINING;
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
    state = RunState.STOPPED;
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
      certificates.values().forEach(CertificateStore::close);
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
