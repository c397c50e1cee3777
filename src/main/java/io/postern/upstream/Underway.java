package io.postern.upstream;

import io.postern.fault.Fault;
import io.postern.http.UpstreamConnection;
import java.util.ArrayDeque;

/**
 * A connection on its way, and who waits for it: where several exchanges may run on it, they wait
 * together, and do not open one each.
 *
 * <p>Owned by the event loop of its connections.
 */
final class Underway implements Connector.Listener {

  /**
   * One of those who wait.
   *
   * @param until when its patience ends, by the clock of the loop
   */
  record Waiting(UpstreamConnections.Waiter waiter, long until) {}

  private final ServerConnections connections;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(1);
  private final long until;

  Underway(ServerConnections connections, Waiting first) {
    this.connections = connections;
    this.until = first.until;
    waiting.add(first);
  }

  /**
   * Adds another where it will be told in time. Those who wait no more make room: else whoever asks
   * and takes it back has a connection opened each time.
   *
   * @param expected how many exchanges the connection will serve
   */
  boolean join(Waiting next, int expected) {
    return hasPlace(expected) && until - next.until <= 0 && waiting.add(next);
  }

  /** Adds another whatever its patience: there is no other way for it to get a connection. */
  boolean joinAnyway(Waiting next, int expected) {
    return hasPlace(expected) && waiting.add(next);
  }

  /** Whether there is a place for another. */
  boolean hasPlace(int expected) {
    waiting.removeIf(each -> !each.waiter().isWaiting());
    return waiting.size() < expected;
  }

  ArrayDeque<Waiting> waiting() {
    return waiting;
  }

  @Override
  public void onConnected(UpstreamConnection connection) {
    connections.onConnected(this, connection);
  }

  @Override
  public void onConnectFailed(Fault fault) {
    connections.onConnectFailed(this, fault);
  }

  @Override
  public void onEnded() {
    connections.onEnded();
  }
}
