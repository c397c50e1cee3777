package io.postern.runtime;

import io.netty.util.concurrent.Future;
import io.postern.config.Bind;
import io.postern.config.Config;
import io.postern.config.ListenerConfig;
import io.postern.config.ShutdownConfig;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.ExchangeFactory;
import io.postern.http.SocketOptions;
import io.postern.listener.Admitted;
import io.postern.listener.Listener;
import io.postern.listener.Sockets;
import io.postern.listener.Terms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the listeners that clients come by while they run. They come and go by one thread;
 * what there is can be asked from any.
 */
final class ListenerUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger(ListenerUpkeep.class);

  /** How long the answers to what is cut may take to leave. */
  private static final long LAST_BYTES_NANOS = 1_000_000_000L;

  private final EventLoops loops;
  private final PassedSockets passed;
  private final List<? extends ExchangeFactory.OfLoop> exchanges;
  private final Admitted admitted;
  private volatile List<Listener> listeners = List.of();
  private volatile boolean closed;

  /** Those that accept no more, and whose last clients are asked to go. */
  private final List<Leaving> leaving = new CopyOnWriteArrayList<>();

  /** A listener whose last clients have until then. */
  private record Leaving(Listener listener, Instant until) {}

  /**
   * No listener yet.
   *
   * @param admitted who may come to any, and how many to all of them
   */
  ListenerUpkeep(
      EventLoops loops,
      PassedSockets passed,
      List<? extends ExchangeFactory.OfLoop> exchanges,
      Admitted admitted) {
    this.loops = loops;
    this.passed = passed;
    this.exchanges = exchanges;
    this.admitted = admitted;
  }

  /** The listeners, in the order of the config. */
  List<Listener> listeners() {
    return listeners;
  }

  /** Those, and the ones that are about to end. */
  List<Listener> all() {
    List<Listener> all = new ArrayList<>(listeners);
    leaving.forEach(each -> all.add(each.listener));
    return all;
  }

  /**
   * Listeners that are to be taken over, or not.
   *
   * @param wanted on what terms, in the order of the config
   * @param gone those that run, and are not among them
   */
  record Proposal(Map<Listener, Terms> wanted, List<Listener> bound, List<Listener> gone) {

    /** What becomes of connections of clients, in words. */
    List<String> effects() {
      List<String> effects = new ArrayList<>();
      for (Listener each : gone) {
        effects.add(
            "listener "
                + each.name()
                + " goes: "
                + each.openConnections()
                + " connections of clients are asked to end");
      }
      wanted.forEach(
          (listener, terms) -> {
            if (!bound.contains(listener) && !terms.equals(listener.terms())) {
              effects.add(
                  "listener "
                      + listener.name()
                      + " has other terms for who comes; "
                      + listener.openConnections()
                      + " connections of clients stay");
            }
          });
      return effects;
    }
  }

  /**
   * Finds for each listener of a config the one that runs, and binds those that there are none for;
   * they do not accept yet.
   *
   * @param options what accepted connections get
   * @throws StartException where an address cannot be bound; nothing is bound then
   */
  Proposal propose(Compiled compiled, SocketOptions options) throws InterruptedException {
    Config config = compiled.config();
    List<Listener> left = new ArrayList<>(listeners);
    Map<String, Listener> same = new LinkedHashMap<>();
    config.listeners().values().forEach(each -> take(left, same, each, true));
    config.listeners().values().forEach(each -> take(left, same, each, false));
    Map<Listener, Terms> wanted = new LinkedHashMap<>();
    List<Listener> bound = new ArrayList<>();
    for (ListenerConfig each : config.listeners().values()) {
      Listener known = same.get(each.name());
      int limit = Math.min(admitted.connections(), each.limits().connections());
      if (known == null || known.terms().admitted().connections() != limit) {
        sayIfLess(each, limit);
      }
      Terms terms =
          new Terms(
              each,
              config.loadBalancer(),
              compiled.tls().get(each.name()),
              admitted.upTo(limit),
              options);
      if (known == null) {
        known = bound(terms, bound);
        bound.add(known);
      }
      wanted.put(known, terms);
    }
    return new Proposal(wanted, bound, left);
  }

  /** A socket goes on under another name, too: it could not be bound beside itself. */
  private static void take(
      List<Listener> from, Map<String, Listener> same, ListenerConfig wanted, boolean byName) {
    Listener found = null;
    for (Listener each : from) {
      boolean name = each.name().equals(wanted.name());
      boolean bind = each.terms().config().bind().equals(wanted.bind());
      boolean any = wanted.bind() instanceof Bind.Address at && at.port() == 0;
      if (bind && (byName ? name : !any)) {
        found = each;
      }
    }
    if (found != null && same.putIfAbsent(wanted.name(), found) == null) {
      from.remove(found);
    }
  }

  private Listener bound(Terms terms, List<Listener> before) throws InterruptedException {
    try {
      Bind bind = terms.config().bind();
      if (bind instanceof Bind.Passed && !listeners.isEmpty()) { // ours may be closed by now
        throw new StartException(
            "listener " + terms.config().name() + ": " + bind + " takes a restart", null);
      }
      return bind(terms, loops.sockets(loops.group(), bind, passed), exchanges);
    } catch (StartException e) {
      before.forEach(Listener::close);
      throw e;
    }
  }

  static Listener bind(
      Terms terms, Sockets sockets, List<? extends ExchangeFactory.OfLoop> exchanges)
      throws InterruptedException {
    try {
      return Listener.bind(terms, sockets, exchanges);
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      // Netty throws the checked BindException past the compiler.
      throw cannotBind(terms, String.valueOf(e.getMessage()), e);
    }
  }

  static StartException cannotBind(Terms terms, String why, Exception cause) {
    ListenerConfig config = terms.config();
    return new StartException(
        "listener " + config.name() + " cannot bind " + config.bind() + ": " + why, cause);
  }

  /** Of what somebody has written; what there is room for stands in the log anyway. */
  private void sayIfLess(ListenerConfig listener, int limit) {
    boolean written = listener.limits().place().keys().containsKey("connections");
    if (written && limit < listener.limits().connections()) {
      LOG.warn(
          "listener {}: limits.connections is {}, and all listeners together may have {}",
          listener.name(),
          listener.limits().connections(),
          limit);
    }
  }

  /** They are not taken over after all. */
  static void drop(Proposal proposal) {
    proposal.bound.forEach(Listener::close);
  }

  /** From now on these accept, and no others do. */
  void take(Proposal proposal, Config config, Instant now) {
    ShutdownConfig shutdown = config.shutdown();
    proposal.wanted.forEach(
        (listener, terms) -> {
          if (!terms.equals(listener.terms())) {
            listener.change(terms);
          }
        });
    Instant until = now.plus(shutdown.spread()).plus(config.loadBalancer().drain(shutdown));
    proposal.gone.forEach(each -> leaving.add(new Leaving(each, until)));
    listeners = List.copyOf(proposal.wanted.keySet());
    proposal.bound.forEach(
        each -> {
          each.open();
          Events.raise(
              LOG,
              EventKind.LISTENER_BOUND,
              each.name(),
              "listener {} accepts at {}",
              each.name(),
              each.at());
        });
    if (closed) {
      close(); // it was meanwhile
    }
    for (Listener each : proposal.gone) {
      each.close();
      raiseClosed(each);
      each.drain(shutdown.spread().toMillis());
    }
  }

  /** Accepts no more; what is taken over from now on does not either. */
  void close() {
    boolean first = !closed;
    closed = true;
    all().forEach(Listener::close);
    if (first) {
      listeners.forEach(ListenerUpkeep::raiseClosed);
    }
  }

  private static void raiseClosed(Listener listener) {
    String name = listener.name();
    Events.raise(LOG, EventKind.LISTENER_CLOSED, name, "listener {} accepts no more", name);
  }

  /** Forgets those whose last client has gone, and cuts those whose time is over. */
  void sweep(Instant now) {
    for (Leaving each : leaving) {
      if (now.isAfter(each.until)) {
        each.listener.abort(Fault.of(Reason.STOPPED));
      }
    }
    leaving.removeIf(each -> each.listener.openConnections() == 0);
  }

  /** Ends every exchange that still runs, and every connection; waits for their last bytes. */
  static void abort(List<Listener> listeners) {
    Fault stopped = Fault.of(Reason.STOPPED);
    List<Future<Void>> ends = new ArrayList<>();
    listeners.forEach(listener -> ends.addAll(listener.abort(stopped)));
    long end = System.nanoTime() + LAST_BYTES_NANOS;
    for (Future<Void> each : ends) {
      each.awaitUninterruptibly(end - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }
}
