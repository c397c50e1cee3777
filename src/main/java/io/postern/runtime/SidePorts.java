package io.postern.runtime;

import io.postern.config.Bind;
import io.postern.config.FileReason;
import io.postern.http.ExchangeFactory;
import io.postern.http.LoopContext;
import io.postern.listener.Listener;
import io.postern.listener.Terms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What is asked beside the listeners: served by a loop of its own, part of no drain, and closed
 * last. Used by the threads that start and stop the proxy.
 */
final class SidePorts {

  private final EventLoops loops;
  private final PassedSockets passed;
  private final List<Listener> listeners = new ArrayList<>();
  private final List<SocketFile> files = new ArrayList<>();

  SidePorts(EventLoops loops, PassedSockets passed) {
    this.loops = loops;
    this.passed = passed;
  }

  /** In the order in which they were opened. */
  List<Listener> listeners() {
    return List.copyOf(listeners);
  }

  /**
   * Opens one, which accepts from now on.
   *
   * @throws StartException where it cannot be bound
   */
  Listener open(Terms terms, ExchangeFactory exchanges, RandomGenerator random)
      throws InterruptedException {
    Listener listener =
        terms.config().bind() instanceof Bind.Unix unix
            ? bind(terms, new SocketFile(unix.file()), exchanges, random)
            : bind(terms, terms.config().bind(), exchanges, random);
    listener.open();
    return listener;
  }

  private Listener bind(
      Terms terms, SocketFile file, ExchangeFactory exchanges, RandomGenerator random)
      throws InterruptedException {
    try {
      file.prepare();
      Listener listener = bind(terms, new Bind.Unix(file.fresh()), exchanges, random);
      file.publish();
      files.add(file);
      return listener;
    } catch (IOException e) {
      throw ListenerUpkeep.cannotBind(terms, FileReason.ofMaking(e), e);
    }
  }

  private Listener bind(Terms terms, Bind at, ExchangeFactory exchanges, RandomGenerator random)
      throws InterruptedException {
    LoopContext side = loops.side();
    Listener listener =
        ListenerUpkeep.bind(
            terms,
            loops.sockets(side.loop(), at, passed),
            List.of(new SideExchanges(side, random, exchanges)));
    listeners.add(listener);
    return listener;
  }

  void close() {
    files.forEach(SocketFile::remove);
    listeners.forEach(Listener::close);
    ListenerUpkeep.abort(listeners);
  }
}
