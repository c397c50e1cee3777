package io.postern.runtime;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What an event loop has to do, as far as it bears on which loop a new connection goes to: its busy
 * share, the connections that it owns, and those that came too lately to be in that share.
 *
 * <p>Shared: the loops that accept choose by it, and the side loop says what the share was. All of
 * it are counters, so that two that choose at the same time may choose the same loop; the next ones
 * make up for it.
 */
final class LoopLoad {

  /** How often shares are looked at, in a second. A look weighs as much in the moving figure. */
  static final int LOOKS_PER_SECOND = 4;

  /** Shares that are nearer than this say nothing: it is what accepting and checks may take. */
  private static final double NEAR = 0.05;

  /** What a connection takes of a loop in its first second, at least: its handshake. */
  private static final double LEAST_OF_ONE = 0.001;

  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger fresh = new AtomicInteger();
  private volatile double busyShare;

  /**
   * The loop for a new connection: the one with the least busy share, or of those near to it the
   * one with the fewest connections.
   *
   * <p>The share is of about a second, so that a connection of now is not in it yet. Such a one is
   * expected to take what the mean of all takes, those included that came lately and are gone: a
   * crowd that comes at once does not all go to where little was done before it came. Connections
   * that do nothing make that mean smaller, and nothing else.
   *
   * @param loads of all loops, one at least
   * @return the index of the loop
   */
  static int leastBusy(List<LoopLoad> loads) {
    double busy = 0;
    int known = 0;
    for (LoopLoad each : loads) {
      busy += each.busyShare;
      known += Math.max(each.connections.get(), each.fresh.get());
    }
    double ofOne = Math.max(LEAST_OF_ONE, busy / Math.max(1, known));
    double[] expected =
        loads.stream().mapToDouble(each -> each.busyShare + each.fresh.get() * ofOne).toArray();
    return fewest(loads, expected);
  }

  private static int fewest(List<LoopLoad> loads, double[] expected) {
    int least = 0;
    for (int i = 1; i < expected.length; i++) {
      least = expected[i] < expected[least] ? i : least;
    }
    int chosen = least;
    for (int i = 0; i < expected.length; i++) {
      boolean near = expected[i] <= expected[least] + NEAR;
      if (near && loads.get(i).connections() < loads.get(chosen).connections()) {
        chosen = i;
      }
    }
    return chosen;
  }

  /** A connection has been given to the loop. */
  void opened() {
    connections.incrementAndGet();
    fresh.incrementAndGet();
  }

  /** One of its connections is closed. */
  void closed() {
    connections.decrementAndGet();
  }

  /**
   * What the loop was busy since the last look; by one thread.
   *
   * @param share of the time, from 0 to 1
   */
  void look(double share) {
    double before = busyShare;
    busyShare = before + (share - before) / LOOKS_PER_SECOND;
    // What the share has come to know of them need not be expected any more.
    fresh.updateAndGet(now -> now - Math.ceilDiv(now, LOOKS_PER_SECOND));
  }

  /** What part of the last second or so it was busy, from 0 to 1. */
  double busyShare() {
    return busyShare;
  }

  /** How many connections of clients it owns. */
  int connections() {
    return connections.get();
  }
}
