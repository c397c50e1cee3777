package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.Difference;
import io.postern.config.ListenerConfig;
import io.postern.config.ProcessConfig.Transport;
import io.postern.config.ShutdownConfig;
import io.postern.exchange.Snapshot;
import io.postern.http.ExchangeFactory;
import io.postern.listener.Admitted;
import io.postern.listener.HandshakeQueues;
import io.postern.listener.Listener;
import io.postern.listener.Terms;
import io.postern.observe.ExchangeMeters;
import io.postern.observe.ExchangeSink;
import io.postern.observe.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A proxy that runs: the object graph of one config, its event loops and its listeners. Started and
 * ended by {@code cli} and by tests, from any thread but an event loop.
 */
public final class ProxyRuntime implements AutoCloseable {

  private static final InstantSource CLOCK = InstantSource.system();

  private final EventLoops loops;
  private final AtomicReference<Compiled> compiled;
  private final AtomicReference<Snapshot> snapshot;
  private final Reloads reloads;
  private final HandshakeQueues handshakes = new HandshakeQueues();
  private final ExchangeMeters exchanges;
  private final ExchangeLoops working;
  private final SidePorts aside;
  private final SplittableGenerator random = new SplittableRandom();
  private final Lifecycle life = new Lifecycle();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicReference<@Nullable Swap> swap = new AtomicReference<>();
  private final TenantUpkeep tenantUpkeep;
  private final ListenerUpkeep listeners;
  private final OverloadWatch watch;
  private final Lookout lookout;
  private final Swap.Sockets sockets;
  private @Nullable PoolUpkeep poolUpkeep;
  private @Nullable TlsUpkeep tlsUpkeep;

  private ProxyRuntime(Config config, PassedSockets passed, Compiled compiled, ExchangeSink sink) {
    Overload overload = Overload.atStart(config.process());
    boolean activated = PassedSockets.areAskedFor(config);
    this.loops = EventLoops.start(config.process(), activated, overload);
    this.aside = new SidePorts(loops, passed);
    this.sockets = Swap.Sockets.of(config, loops);
    this.snapshot = new AtomicReference<>(compiled.snapshot());
    this.exchanges = Insight.meters(this::current, this::config, CLOCK, sink);
    this.compiled = new AtomicReference<>(compiled);
    this.tenantUpkeep = new TenantUpkeep(compiled, snapshot);
    this.lookout = new Lookout(config.process().watchInterval());
    this.working =
        ExchangeLoops.on(
            loops,
            new ExchangeLoops.Outside(sockets.options(), snapshot::get, random, exchanges, CLOCK));
    Admitted all = Admitted.within(overload.headroom(), () -> current().tenants(), handshakes);
    this.listeners = new ListenerUpkeep(loops, passed, working.contexts(), all);
    this.watch = new OverloadWatch(overload, loops, working, listeners::all, exchanges::active);
    this.reloads = new Reloads(config, CLOCK, lookout, this::take);
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
    return new ProxyRuntime(config, passed, compiled, sink);
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
    Compiled first = compiled();
    orClose(
        () -> {
          listeners.take(
              listeners.propose(first, sockets.options()), first.config(), CLOCK.instant());
          return listeners;
        });
    PoolUpkeep pools = new PoolUpkeep(first, loops, working, random, lookout, this::current, CLOCK);
    poolUpkeep = pools;
    lookout.each(pools::lookAtFiles);
    lookout.each(tenantUpkeep::look);
    lookout.each(() -> listeners.sweep(CLOCK.instant()));
    TlsUpkeep tls =
        TlsUpkeep.start(
            lookout,
            this::compiled,
            loops.all(),
            CLOCK,
            changed -> changed.servers().forEach(pools::closeIdle));
    tlsUpkeep = tls;
    swap.set(
        new Swap(
            new Swap.Reached(
                compiled, snapshot, listeners, pools, tls, tenantUpkeep, working, life::isEnding),
            loops,
            CLOCK,
            sockets));
    watch.start();
    pools.firstRound().thenRun(life::onReady);
  }

  /** The config that runs, compiled; where a file of tenants has changed, with that. */
  public Compiled compiled() {
    return Objects.requireNonNull(compiled.get()).with(current());
  }

  private ReloadReport take(Config config, List<Difference> differences, ReloadRequest request)
      throws InterruptedException {
    Swap ours = swap.get();
    return ours == null
        ? Swap.refused(List.of("it does not serve yet"))
        : ours.take(config, differences, request);
  }

  /** What operators say of servers in place of the config; not before it listens. */
  public Overrides overrides() {
    return Objects.requireNonNull(poolUpkeep).overrides();
  }

  /** The versions of the config, and how another one gets in the place of the one that runs. */
  public Reloads reloads() {
    return reloads;
  }

  /** The config that runs. */
  public Config config() {
    return reloads.config();
  }

  /**
   * Binds a port or unix socket beside those that clients come by: for health and metrics. It is
   * served by a loop of its own, takes no part in a drain, and is closed last.
   *
   * @param exchanges answers what is asked there
   * @throws StartException where the address cannot be bound; nothing is left running
   */
  public Listener listenAside(ListenerConfig port, ExchangeFactory exchanges) {
    Terms terms =
        new Terms(
            port,
            config().loadBalancer().withAnySource(),
            port.tls() == null ? null : compiled().adminTls(),
            Admitted.anyone(port.limits().connections()),
            sockets.options());
    return orClose(() -> aside.open(terms, exchanges, random.split()));
  }

  /** Where it cannot be done nothing is left running. */
  private <T> T orClose(Callable<T> start) {
    try {
      return start.call();
    } catch (StartException e) {
      close();
      throw e;
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while starting", e);
    } catch (Exception e) {
      close();
      throw new StartException("cannot start: " + e.getMessage(), e);
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
    return life.state();
  }

  /** Makes its families of metrics known. */
  public void describe(Metrics metrics) {
    exchanges.describe(metrics);
    new ListenerFamilies(this::listeners).describe(metrics);
    watch.families().describe(metrics);
    reloads.describe(metrics);
    new TenantFamilies(snapshot::get).describe(metrics);
    tenantUpkeep.describe(metrics);
    new RouteFamilies(snapshot::get).describe(metrics);
    new PoolFamilies(snapshot::get).describe(metrics);
    new ServerFamilies(snapshot::get).describe(metrics);
    new TlsFamilies(this::compiled).describe(metrics);
    new LoopFamilies(loops.contexts(), loops.group().loads(), working.times(), handshakes)
        .describe(metrics);
  }

  /** What goes on in it, for those who look. */
  public Insight insight() {
    return new Insight(listeners, config(), exchanges);
  }

  /** The listeners, in the order of the config. */
  public List<Listener> listeners() {
    return listeners.listeners();
  }

  /** The ports beside them, in the order in which they were bound. */
  public List<Listener> aside() {
    return aside.listeners();
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
    return life.ready();
  }

  /** How many clients' connections are open. */
  public int openConnections() {
    return listeners.all().stream().mapToInt(Listener::openConnections).sum();
  }

  /** Says that the end is near; answers for how long it has been draining already. */
  Duration announceEnd() {
    return life.end(CLOCK.instant());
  }

  /**
   * Has load balancers send no more traffic here, and when they had time to notice asks all clients
   * to go; serves on, until it is {@link #undrain told} to stay, or ends.
   *
   * @param by who wants that, for the log
   * @return false where it does not serve
   */
  public boolean drain(String by) {
    Instant since = life.drain(CLOCK.instant(), by);
    ShutdownConfig times = config().shutdown();
    lookout.after(
        times.announce(),
        () -> {
          if (since != null && since.equals(life.drainingSince())) {
            sendAway(times.spread().toMillis());
          }
        });
    return since != null;
  }

  /**
   * Takes a {@link #drain} back; answers whether there was one that can be.
   *
   * @param by who wants that, for the log
   */
  public boolean undrain(String by) {
    boolean serves = life.undrain(by);
    if (serves) {
      listeners.listeners().forEach(Listener::undrain);
    }
    return serves;
  }

  /** Asks all clients to go away over the spread; still accepts. */
  void sendAway(long spreadMillis) {
    listeners.all().forEach(listener -> listener.drain(spreadMillis));
  }

  /** Accepts no more. */
  void stopAccepting() {
    listeners.close();
  }

  /** Stops at once: cuts what is in flight, and ends the loops. Does nothing the second time. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return; // a drain has closed it, and now whoever started it does
    }
    life.onStopped();
    if (poolUpkeep != null) {
      poolUpkeep.stop();
    }
    lookout.close();
    stopAccepting();
    ListenerUpkeep.abort(listeners.all());
    working.closeIdle();
    boolean ended = EventLoops.end(loops.group());
    aside.close();
    EventLoops.end(loops.side().loop());
    if (ended) {
      compiled().close();
      if (tlsUpkeep != null) {
        tlsUpkeep.close();
      }
    }
  }
}
