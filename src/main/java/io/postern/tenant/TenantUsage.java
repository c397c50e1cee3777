package io.postern.tenant;

import io.netty.util.AsciiString;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What each tenant takes up, on all listeners together. It outlives a version of the config, so it
 * is kept by name. May be used from any thread.
 */
public final class TenantUsage {

  private final ConcurrentHashMap<AsciiString, Usage> byName = new ConcurrentHashMap<>();

  /** Nothing yet. */
  public TenantUsage() {}

  private record Usage(AtomicInteger connections, Quota handshakes) {}

  private Usage of(Tenant tenant) {
    return byName.computeIfAbsent(
        tenant.name(),
        any -> new Usage(new AtomicInteger(), new Quota(tenant.limits().handshakes())));
  }

  /**
   * A tenant opens another connection.
   *
   * @return whether it may; if so, {@link #leave} is to follow
   */
  public boolean enter(Tenant tenant) {
    AtomicInteger open = of(tenant).connections();
    int most = tenant.limits().connections();
    if (open.incrementAndGet() <= most || most == 0) {
      return true;
    }
    open.decrementAndGet();
    return false;
  }

  /** One that was let in is closed. */
  public void leave(Tenant tenant) {
    of(tenant).connections().decrementAndGet();
  }

  /** How many connections a tenant has open. */
  public int open(Tenant tenant) {
    return of(tenant).connections().get();
  }

  /** What its handshakes have to fit into. */
  public Quota handshakes(Tenant tenant) {
    return of(tenant).handshakes();
  }
}
