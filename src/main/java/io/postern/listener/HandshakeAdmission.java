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

  /** What may come behind the time of a handshake: a last flight that is read on. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

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
    this.ofSources =
        ofSources(config.limits().handshakesPerSource(), config.timeouts().handshake());
    for (HandshakeLimit each : HandshakeLimit.values()) {
      logs.put(each, new SparseLog(LOG));
    }
  }

  private static @Nullable LoadingCache<Source, Quota> ofSources(
      HandshakeLimits limits, Duration longest) {
    Rate rate = limits.rate();
    if (rate == null && limits.concurrent() == 0) {
      return null;
    }
    Duration full = rate == null ? Duration.ZERO : rate.per();
    Duration until = (full.compareTo(longest) < 0 ? longest : full).plus(MARGIN);
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
   * @param room whether it may wait for its turn; where not, nothing is taken of any quota
   * @return null where nothing is to be computed for it, which is counted and told
   */
  @Nullable Underway begin(Source source, Arrival arrival, boolean room) {
    Underway underway = new Underway(new ArrayList<>(3));
    Tenant tenant = admitted.tenants().get().of(arrival.vpce(), arrival.client().getAddress());
    HandshakeLimit limit = room ? null : HandshakeLimit.QUEUE;
    if (!admitted.headroom().allowsHandshake()) {
      limit = HandshakeLimit.PROCESS;
    }
    if (limit == null && ofSources != null) {
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

  @SuppressWarnings("NullAway") // the constructor put a log in for every limit
  private void shed(HandshakeLimit limit, Arrival arrival) {
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
