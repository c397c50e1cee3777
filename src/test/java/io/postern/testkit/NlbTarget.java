package io.postern.testkit;

import java.net.InetSocketAddress;

/** A target of an {@link NlbTwin}. Owned by its event loop. */
final class NlbTarget {

  private final InetSocketAddress address;
  private boolean registered = true;
  private boolean healthy = true;
  private int streak;
  private int flows;

  NlbTarget(InetSocketAddress address) {
    this.address = address;
  }

  InetSocketAddress address() {
    return address;
  }

  boolean isRegistered() {
    return registered;
  }

  boolean register(boolean on) {
    registered = on;
    return on;
  }

  boolean isHealthy() {
    return healthy;
  }

  /** There are checks, so it is healthy only once they say so. */
  void awaitChecks() {
    healthy = false;
  }

  /** Whether a result has changed the state: as many in a row against it as the threshold. */
  boolean checked(boolean well, int threshold) {
    streak = well == healthy ? 0 : streak + 1;
    if (streak < threshold) {
      return false;
    }
    healthy = well;
    streak = 0;
    return true;
  }

  void count() {
    flows++;
  }

  int flows() {
    return flows;
  }
}
