package io.postern.tenant;

import io.netty.util.AsciiString;
import io.postern.config.HandshakeLimits;
import io.postern.config.TenantConfig;
import io.postern.shaping.Bandwidth;
import io.postern.shaping.Share;
import io.postern.shaping.Waits;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A named customer. Immutable and shared, but for what it takes up of its quotas, on all listeners
 * together, and but for its part of what is scarce, which is another for what is under way, too,
 * when a newer config says so.
 */
public final class Tenant {

  private final int index;
  private final AsciiString name;
  private final @Nullable List<String> own;
  private final @Nullable BitSet routes;
  private final Quota connections;
  private final Quota handshakes;
  private final Quota requests;
  private final Share share;
  private final Bandwidth bandwidth;

  /**
   * A tenant that takes up nothing yet.
   *
   * @param index where it is counted, among those that have a place of their own
   * @param name as routes, fields and logs name it
   * @param weight its part of what is scarce
   * @param limits what it may take up
   * @param waits counts who has to wait for its bandwidth
   * @param own the names of the routes that it may use; null for all
   * @param all the indexes of all routes, by their names
   */
  public Tenant(
      int index,
      AsciiString name,
      int weight,
      TenantConfig.Limits limits,
      Waits waits,
      @Nullable List<String> own,
      Map<String, Integer> all) {
    this.index = index;
    this.name = name;
    this.own = own;
    this.routes = own == null ? null : indexes(own, all);
    this.connections = new Quota(limits.connections(), null, 0);
    this.handshakes = new Quota(limits.handshakes());
    this.requests = new Quota(limits.concurrentRequests(), limits.requestRate(), limits.burst());
    this.share = new Share(weight);
    this.bandwidth = new Bandwidth(waits);
    bandwidth.limit(limits.bandwidth());
  }

  /** The same tenant by a newer config: what it takes up counts on. */
  private Tenant(
      Tenant before,
      int weight,
      TenantConfig.Limits limits,
      @Nullable List<String> own,
      Map<String, Integer> all) {
    this.index = before.index;
    this.name = before.name;
    this.own = own;
    this.routes = own == null ? null : indexes(own, all);
    HandshakeLimits begun = limits.handshakes();
    this.connections = before.connections.with(limits.connections(), null, 0);
    this.handshakes = before.handshakes.with(begun.concurrent(), begun.rate(), 0);
    this.requests =
        before.requests.with(limits.concurrentRequests(), limits.requestRate(), limits.burst());
    this.share = before.share;
    this.bandwidth = before.bandwidth;
    share.weigh(weight);
    bandwidth.limit(limits.bandwidth());
  }

  /** The same tenant from now on; its weight and bandwidth are those of this one, too. */
  Tenant with(
      int weight,
      TenantConfig.Limits limits,
      @Nullable List<String> own,
      Map<String, Integer> all) {
    return new Tenant(this, weight, limits, own, all);
  }

  /** The same tenant, of whom the config says nothing any more, with the routes that it had. */
  private Tenant(Tenant before, @Nullable BitSet routes) {
    this.index = before.index;
    this.name = before.name;
    this.own = before.own;
    this.routes = routes;
    this.connections = before.connections;
    this.handshakes = before.handshakes;
    this.requests = before.requests;
    this.share = before.share;
    this.bandwidth = before.bandwidth;
  }

  /**
   * The same tenant, of whom the config says nothing any more, where there may be other routes.
   *
   * @param all the indexes of those that there are, by their names
   */
  Tenant among(Map<String, Integer> all) {
    return own == null ? this : new Tenant(this, indexes(own, all));
  }

  /** The indexes of routes, of which some may be gone. */
  static BitSet indexes(List<String> some, Map<String, Integer> all) {
    BitSet indexes = new BitSet();
    for (String each : some) {
      Integer index = all.get(each);
      if (index != null) {
        indexes.set(index);
      }
    }
    return indexes;
  }

  /** Its place in {@link Tenants#counted}, or the place behind the last for all others. */
  public int index() {
    return index;
  }

  /** As routes, fields and logs name it. */
  public AsciiString name() {
    return name;
  }

  /** Whether there is a route for it at all, by the index of the route. */
  public boolean mayUse(int route) {
    return routes == null || routes.get(route);
  }

  /** What its open connections have to fit into. */
  public Quota connections() {
    return connections;
  }

  /** What its handshakes have to fit into. */
  public Quota handshakes() {
    return handshakes;
  }

  /** What its requests have to fit into. */
  public Quota requests() {
    return requests;
  }

  /** Its part of what is scarce. */
  public Share share() {
    return share;
  }

  /** What its content has to fit into, where it is limited. */
  public Bandwidth bandwidth() {
    return bandwidth;
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
