package io.postern.listener;

import io.netty.channel.EventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The queue of handshakes of each event loop, for all listeners. May be used from any thread. */
public final class HandshakeQueues {

  private final Map<EventLoop, HandshakeQueue> byLoop = new ConcurrentHashMap<>();

  /** None yet. */
  public HandshakeQueues() {}

  HandshakeQueue of(EventLoop loop) {
    return byLoop.computeIfAbsent(loop, HandshakeQueue::new);
  }

  /** How many handshakes wait for their turn on a loop. */
  public int waiting(EventLoop loop) {
    return of(loop).waiting();
  }
}
