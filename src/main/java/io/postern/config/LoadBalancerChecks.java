package io.postern.config;

import java.time.Duration;

/** Where a setting contradicts what is said of the load balancer. */
final class LoadBalancerChecks {

  /** Two checks that fail, five seconds apart, and what deregistering takes. */
  private static final Duration SOONEST_NOTICED = Duration.ofSeconds(10);

  private LoadBalancerChecks() {}

  static void check(Config config, Report report) {
    LoadBalancerConfig loadBalancer = config.loadBalancer();
    if (loadBalancer.place().keys().isEmpty() || !report.isClean("loadBalancer")) {
      return; // nothing is said of it
    }
    Duration forgets = loadBalancer.idleTimeout();
    for (ListenerConfig listener : config.listeners().values()) {
      Duration idle = listener.timeouts().idle();
      if (idle != null && idle.compareTo(forgets) >= 0) {
        report.warning(
            WarningCode.IDLE_BEYOND_LOAD_BALANCER,
            listener.timeouts().place(),
            "idle",
            "is not below loadBalancer.idleTimeout (%s): a client whose connection the load balancer"
                    .formatted(shown(forgets))
                + " has forgotten meets a reset",
            "less, or nothing, for nine tenths of it");
      }
    }
    Duration announce = config.shutdown().announce();
    if (config.health() != null && announce.compareTo(SOONEST_NOTICED) < 0) {
      report.warning(
          WarningCode.ANNOUNCE_TOO_SHORT,
          config.shutdown().place(),
          "announce",
          "is over before the load balancer has noticed, which goes on sending",
          "the interval of its checks times the number that must fail, and some seconds more");
    }
    Duration drain = config.shutdown().drain();
    if (drain != null && drain.compareTo(loadBalancer.deregistrationDelay()) > 0) {
      report.warning(
          WarningCode.DRAIN_BEYOND_LOAD_BALANCER,
          config.shutdown().place(),
          "drain",
          "is more than loadBalancer.deregistrationDelay (%s), and the load balancer does not wait longer"
              .formatted(shown(loadBalancer.deregistrationDelay())),
          "less, or nothing, for ten seconds less than that");
    }
  }

  /**
   * How long a drain waits is known without a load balancer too; 0 is a drain that is not to wait.
   */
  static void checkResponses(Config config, Report report) {
    if (!report.isClean("shutdown") || !report.isClean("loadBalancer")) {
      return;
    }
    Duration drain = config.loadBalancer().drain(config.shutdown());
    for (RouteConfig route : config.routes()) {
      boolean written = route.timeouts().place().keys().containsKey("response");
      if (written && !drain.isZero() && route.timeouts().response().compareTo(drain) > 0) {
        report.warning(
            WarningCode.RESPONSE_BEYOND_DRAIN,
            route.timeouts().place(),
            "response",
            "is more than a drain waits (%s): who waits for a response then is cut off"
                .formatted(shown(drain)),
            "less, or a longer shutdown.drain");
      }
    }
  }

  private static String shown(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }
}
