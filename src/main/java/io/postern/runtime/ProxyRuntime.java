package io.postern.runtime;

import io.netty.util.concurrent.Future;
import io.postern.config.Cidr;
import io.postern.config.Config;
import io.postern.config.ListenerConfig;
import io.postern.config.ProcessConfig.Transport;
import io.postern.exchange.ExchangeContext;
import io.postern.exchange.Snapshot;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.LoopContext;
import io.postern.listener.Listener;
import io.postern.observe.ExchangeSink;
import io.postern.tls.CertificateStore;
import io.postern.upstream.Connector;
import io.postern.upstream.UpstreamConnections;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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

  private final EventLoops loops;
  private final AtomicReference<Snapshot> snapshot;
  private final List<CertificateStore> certificates;
  private final List<UpstreamConnections> upstreams = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private ProxyRuntime(EventLoops loops, Compiled compiled) {
    this.loops = loops;
    this.snapshot = new AtomicReference<>(compiled.snapshot());
    this.certificates = List.copyOf(compiled.certificates().values());
  }

  /**
   * Starts a proxy; when this returns, all listeners accept.
   *
   * @param compiled the config's parts, without problems
   * @param sink takes the records of finished exchanges
   * @throws StartException where an address cannot be bound or a transport cannot be had; nothing
   *     is left running
   */
  public static ProxyRuntime start(Config config, Compiled compiled, ExchangeSink sink) {
    EventLoops loops = EventLoops.start(config.process());
    ProxyRuntime runtime = new ProxyRuntime(loops, compiled);
    try {
      runtime.listen(config, compiled, runtime.contexts(sink));
      return runtime;
    } catch (InterruptedException e) {
      runtime.close();
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while starting", e);
    } catch (StartException e) {
      runtime.close();
      throw e;
    }
  }

  private List<ExchangeContext> contexts(ExchangeSink sink) {
    List<ExchangeContext> contexts = new ArrayList<>();
    for (LoopContext loop : loops.contexts()) {
      UpstreamConnections upstream =
          new UpstreamConnections(loop, new Connector(loop.loop(), loops.channels()));
      upstreams.add(upstream);
      contexts.add(
          ExchangeContext.of(loop, snapshot::get, upstream, sink, InstantSource.system()::millis));
    }
    return contexts;
  }

  private void listen(Config config, Compiled compiled, List<ExchangeContext> contexts)
      throws InterruptedException {
    int most = Descriptors.clientConnections(Descriptors.limit());
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
      listeners.add(bound(each, config.loadBalancer().sources(), compiled, limit, contexts));
    }
  }

  private Listener bound(
      ListenerConfig config,
      List<Cidr> sources,
      Compiled compiled,
      int limit,
      List<ExchangeContext> contexts)
      throws InterruptedException {
    try {
      return Listener.bind(
          config,
          sources,
          compiled.certificates().get(config.name()),
          limit,
          loops.group(),
          loops.serverChannels(),
          contexts);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      // Netty throws the checked BindException past the compiler.
      throw new StartException(
          "listener " + config.name() + " cannot bind " + config.bind() + ": " + e.getMessage(), e);
    }
  }

  /** The listeners, in the order of the config. */
  public List<Listener> listeners() {
    return List.copyOf(listeners);
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

  /** Asks all clients to go away over the spread; still accepts. */
  void sendAway(long spreadMillis) {
    listeners.forEach(listener -> listener.drain(spreadMillis));
  }

  /** Accepts no more. */
  void stopAccepting() {
    listeners.forEach(Listener::close);
  }

  /** Ends every exchange that still runs, and every connection; waits for their last bytes. */
  private void abort() {
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
    stopAccepting();
    abort();
    for (int i = 0; i < upstreams.size(); i++) {
      // Waited for, as is what was asked of the loop before: a loop that is told to end closes its
      // channels first, and what is in flight would end as if its client had gone.
      Future<?> asked = loops.contexts().get(i).loop().submit(upstreams.get(i)::closeIdle);
      if (!asked.awaitUninterruptibly(1, TimeUnit.SECONDS)) {
        LOG.warn("event loop {} is too busy to end its exchanges well", i);
      }
    }
    // The quiet time is for connections that still say close_notify.
    Future<?> ended = loops.group().shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
    if (!ended.awaitUninterruptibly(6, TimeUnit.SECONDS)) {
      LOG.warn("the event loops did not end in time");
      return;
    }
    certificates.forEach(CertificateStore::close);
  }
}
