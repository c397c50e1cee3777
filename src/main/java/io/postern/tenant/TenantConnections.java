package io.postern.tenant;

import io.netty.util.AsciiString;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections each tenant has open, on all listeners together. They outlive a version of
 * the config, so they are kept by name. May be used from any thread.
 */
public final class TenantConnections {

  private final ConcurrentHashMap<AsciiString, AtomicInteger> byName = new ConcurrentHashMap<>();

  /** None yet. */
  public TenantConnections() {}

  private AtomicInteger of(Tenant tenant) {
    return byName.computeIfAbsent(tenant.name(), any -> new AtomicInteger());
  }

  /**
   * A tenant opens another.
   *
   * @return whether it may; if so, {@link #leave} is to follow
   */
  public boolean enter(Tenant tenant) {
    AtomicInteger open = of(tenant);
    int most = tenant.maxConnections();
    if (open.incrementAndGet() <= most || most == 0) {
      return true;
    }
    open.decrementAndGet();
    return false;
  }

  /** One that was let in is closed. */
  public void leave(Tenant tenant) {
    of(tenant).decrementAndGet();
  }

  /** How many a tenant has open. */
  public int open(Tenant tenant) {
    return of(tenant).get();
  }
}
