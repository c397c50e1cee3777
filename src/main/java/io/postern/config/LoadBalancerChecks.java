package io.postern.config;

import java.time.Duration;

/** Where a setting contradicts what is said of the load balancer. */
final class LoadBalancerChecks {

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
            listener.timeouts().place(),
            "idle",
            "is not below loadBalancer.idleTimeout (%s): a client whose connection the load balancer"
                    .formatted(shown(forgets))
                + " has forgotten meets a reset",
            "less, or nothing, for nine tenths of it");
      }
    }
    Duration drain = config.shutdown().drain();
    if (drain != null && drain.compareTo(loadBalancer.deregistrationDelay()) > 0) {
      report.warning(
          config.shutdown().place(),
          "drain",
          "is more than loadBalancer.deregistrationDelay (%s), and the load balancer does not wait longer"
              .formatted(shown(loadBalancer.deregistrationDelay())),
          "less, or nothing, for ten seconds less than that");
    }
  }

  private static String shown(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + "s" : time.toMillis() + "ms";
  }
}
