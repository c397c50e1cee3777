package io.postern.listener;

import io.netty.channel.Channel;
import io.postern.config.ListenerConfig;
import io.postern.http.ClientCertificate;
import io.postern.observe.ConnectionLimit;
import io.postern.observe.ListenerMeters;
import io.postern.observe.Resource;
import io.postern.observe.SparseLog;
import io.postern.tenant.Quota;
import io.postern.tenant.Tenant;
import io.postern.tenant.Tenants;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which connections of a listener may stay, by who has come and how many there are. Those that may
 * not are closed before the first byte of TLS. Shared by all event loops: what changes is a
 * counter.
 */
final class Admission {

  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final String listener;
  private final int perSource;
  private final boolean asksForCertificates;
  private final Admitted admitted;
  private final ListenerMeters meters;
  private final AtomicInteger open;
  private final Map<Source, Integer> bySource;
  private final Map<ConnectionLimit, SparseLog> logs;

  /**
   * Admission to a listener.
   *
   * @param asksForCertificates whether clients of any host are asked for one
   * @param before by what the clients came that are there already; null where there are none
   */
  Admission(
      ListenerConfig config,
      boolean asksForCertificates,
      Admitted admitted,
      ListenerMeters meters,
      @Nullable Admission before) {
    this.listener = config.name();
    this.perSource = config.limits().connectionsPerSource();
    this.asksForCertificates = asksForCertificates;
    this.admitted = admitted;
    this.meters = meters;
    open = before == null ? new AtomicInteger() : before.open;
    bySource = before == null ? new ConcurrentHashMap<>() : before.bySource;
    logs = before == null ? logs() : before.logs;
  }

  private static Map<ConnectionLimit, SparseLog> logs() {
    Map<ConnectionLimit, SparseLog> logs = new EnumMap<>(ConnectionLimit.class);
    for (ConnectionLimit each : ConnectionLimit.values()) {
      logs.put(each, new SparseLog(LOG));
    }
    return logs;
  }

  int open() {
    return open.get();
  }

  /** Whether one more may come at all; one that may not is closed. */
  boolean accepts(Channel channel) {
    int now = open.incrementAndGet();
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (now > admitted.connections()) {
      return refuse(channel, ConnectionLimit.LISTENER, "another", admitted.connections());
    }
    Resource wanting = admitted.headroom().enter(channel);
    if (wanting != null) {
      return refuse(channel, wanting);
    }
    meters.accepted();
    return true;
  }

  /** Whether it may stay, now that it is known where it comes from; one that may not is closed. */
  boolean admits(Channel channel, Arrival arrival) {
    Tenants tenants = admitted.tenants().get();
    if (isToldLater(tenants, arrival)) {
      return isOneOfFew(channel, arrival);
    }
    Tenant tenant = tenants.of(arrival.vpce(), arrival.client().getAddress());
    return tenants.admits(tenant)
        ? isOneOfFew(channel, arrival) && isOneOfFew(channel, tenant)
        : deny(channel, arrival);
  }

  /** Whether it may stay once the handshake is over; one that may not is closed. */
  boolean admits(Channel channel, Arrival arrival, @Nullable ClientCertificate shown) {
    Tenants tenants = admitted.tenants().get();
    if (!isToldLater(tenants, arrival)) {
      return true; // there was no more to know
    }
    Tenant tenant = tenants.of(shown, arrival.client().getAddress());
    return tenants.admits(tenant) ? isOneOfFew(channel, tenant) : deny(channel, arrival);
  }

  /** Whether its certificate may tell yet whose it is. */
  private boolean isToldLater(Tenants tenants, Arrival arrival) {
    return arrival.vpce() == null && asksForCertificates && tenants.knowCertificates();
  }

  private boolean deny(Channel channel, Arrival arrival) {
    meters.denied();
    LOG.debug("listener {}: {} is no tenant's", listener, arrival);
    channel.close();
    return false;
  }

  private boolean isOneOfFew(Channel channel, Arrival arrival) {
    if (perSource == 0) {
      return true;
    }
    Source source = Source.of(arrival);
    int now = bySource.merge(source, 1, Integer::sum);
    channel.closeFuture().addListener(closed -> bySource.computeIfPresent(source, Admission::less));
    return now <= perSource
        || refuse(channel, ConnectionLimit.SOURCE, "one of " + arrival, perSource);
  }

  @SuppressWarnings("NullAway") // null takes the entry out
  private static Integer less(Source any, Integer count) {
    return count == 1 ? null : count - 1;
  }

  private boolean isOneOfFew(Channel channel, @Nullable Tenant tenant) {
    if (tenant == null) {
      return true;
    }
    Quota connections = tenant.connections();
    if (connections.enter() != Quota.Verdict.ENTERS) {
      String who = "one of tenant " + tenant.name();
      return refuse(channel, ConnectionLimit.TENANT, who, connections.most());
    }
    channel.closeFuture().addListener(closed -> connections.leave());
    return true;
  }

  private boolean refuse(Channel channel, Resource wanting) {
    meters.refused(ConnectionLimit.PROCESS);
    logOf(ConnectionLimit.PROCESS)
        .warn(
            () ->
                "listener %s: another is closed as it comes, for the process has hardly any %s left"
                    .formatted(listener, wanting.label()));
    channel.close();
    return false;
  }

  private boolean refuse(Channel channel, ConnectionLimit limit, String who, int most) {
    meters.refused(limit);
    logOf(limit)
        .warn(
            () ->
                "listener %s: %s is closed as it comes, for %d are open, the limit of the %s"
                    .formatted(
                        listener, who, most, limit.name().toLowerCase(java.util.Locale.ROOT)));
    channel.close();
    return false;
  }

  @SuppressWarnings("NullAway") // the constructor put one in for every limit
  private SparseLog logOf(ConnectionLimit limit) {
    return logs.get(limit);
  }
}
