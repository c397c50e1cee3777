package io.postern.listener;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.postern.config.HandshakeLimits;
import io.postern.config.ListenerConfig;
import io.postern.config.Rate;
import io.postern.observe.HandshakeLimit;
import io.postern.observe.ListenerMeters;
import io.postern.observe.SparseLog;
import io.postern.tenant.Quota;
import io.postern.tenant.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which handshakes of a listener may begin: as many as the source, the tenant and the listener have
 * left of their quotas, in this order, so that what one may not do takes nothing from others.
 * Shared by all event loops: what changes is a quota.
 */
final class HandshakeAdmission {

  private static final Logger LOG = LoggerFactory.getLogger(HandshakeAdmission.class);

  /** Sources that are remembered at once; one that is forgotten has its whole quota again. */
  private static final int MOST_SOURCES = 100_000;

  private final String listener;
  private final Admitted admitted;
  private final ListenerMeters meters;
  private final Quota ofListener;
  private final @Nullable LoadingCache<Source, Quota> ofSources;
  private final Map<HandshakeLimit, SparseLog> logs = new EnumMap<>(HandshakeLimit.class);

  HandshakeAdmission(ListenerConfig config, Admitted admitted, ListenerMeters meters) {
    this.listener = config.name();
    this.admitted = admitted;
    this.meters = meters;
    this.ofListener = new Quota(config.limits().handshakes());
    this.ofSources = ofSources(config.limits().handshakesPerSource());
    for (HandshakeLimit each : HandshakeLimit.values()) {
      logs.put(each, new SparseLog(LOG));
    }
  }

  private static @Nullable LoadingCache<Source, Quota> ofSources(HandshakeLimits limits) {
    Rate rate = limits.rate();
    if (rate == null && limits.concurrent() == 0) {
      return null;
    }
    Duration until = rate == null ? Duration.ofMinutes(1) : rate.per();
    return Caffeine.newBuilder()
        .maximumSize(MOST_SOURCES)
        .expireAfterAccess(until)
        .build(_ -> new Quota(limits));
  }

  /** What a handshake has taken of quotas; {@link #end} is to follow. */
  record Underway(List<Quota> taken) {
    void end() {
      taken.forEach(Quota::leave);
    }
  }

  /**
   * A ClientHello has come.
   *
   * @return null where nothing is to be computed for it, which is counted and told
   */
  @Nullable Underway begin(Source source, Arrival arrival) {
    Underway underway = new Underway(new ArrayList<>(3));
    Tenant tenant = admitted.tenants().get().of(arrival.vpce(), arrival.client().getAddress());
    HandshakeLimit limit = null;
    if (ofSources != null) {
      Quota quota = ofSources.get(source);
      limit = enter(quota, underway, HandshakeLimit.SOURCE, HandshakeLimit.SOURCE_RATE);
    }
    if (limit == null && tenant != null) {
      Quota quota = tenant.handshakes();
      limit = enter(quota, underway, HandshakeLimit.TENANT, HandshakeLimit.TENANT_RATE);
    }
    if (limit == null) {
      limit = enter(ofListener, underway, HandshakeLimit.LISTENER, HandshakeLimit.LISTENER_RATE);
    }
    if (limit == null) {
      return underway;
    }
    underway.end();
    shed(limit, arrival);
    return null;
  }

  private static @Nullable HandshakeLimit enter(
      Quota quota, Underway underway, HandshakeLimit number, HandshakeLimit rate) {
    return switch (quota.enter()) {
      case ENTERS -> {
        underway.taken().add(quota);
        yield null;
      }
      case TOO_MANY -> number;
      case TOO_FAST -> rate;
    };
  }

  /** Nothing is computed for a handshake. */
  @SuppressWarnings("NullAway") // the constructor put a log in for every limit
  void shed(HandshakeLimit limit, Arrival arrival) {
    meters.shed(limit);
    logs.get(limit)
        .warn(
            () ->
                "listener %s: a handshake of %s is closed as it begins, by the limit of the %s"
                    .formatted(
                        listener,
                        arrival,
                        limit.name().toLowerCase(Locale.ROOT).replace('_', ' ')));
  }
}
