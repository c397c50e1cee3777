package io.postern.config;

import java.time.Duration;
import java.util.List;

/**
 * The load balancer in front of us, as it is set up: what must be in step with it is derived from
 * here, or checked against it.
 */
public record LoadBalancerConfig(
    Place place,
    @Default("[]") @Doc("Who may send a PROXY header: its subnets; left out, anyone.")
        List<Cidr> sources,
    @Default("350s")
        @Range(min = "1s", max = "24h")
        @Doc(
            "After how much silence it forgets a connection. TCP keep-alive probes are sent in time"
                + " for it, to clients and servers.")
        Duration idleTimeout,
    @Default("300s")
        @Range(min = "0s", max = "24h")
        @Doc("How long it lets connections live to an instance that was taken out.")
        Duration deregistrationDelay) {

  private static final Duration MOST_IDLE = Duration.ofMinutes(5);
  private static final Duration MARGIN = Duration.ofSeconds(10);

  /** The same, where anyone may send a PROXY header. */
  public LoadBalancerConfig withAnySource() {
    return new LoadBalancerConfig(place, List.of(), idleTimeout, deregistrationDelay);
  }

  /**
   * How long a client's connection may be without a request: as a listener says, else nine tenths
   * of what the load balancer allows and at most five minutes, so that we are the first to close.
   */
  public Duration idle(ListenerConfig.Timeouts timeouts) {
    if (timeouts.idle() != null) {
      return timeouts.idle();
    }
    Duration most = Duration.ofMillis(idleTimeout.toMillis() * 9 / 10);
    return most.compareTo(MOST_IDLE) < 0 ? most : MOST_IDLE;
  }

  /**
   * How long what is in flight may take at the end: as the config says, else ten seconds less than
   * the load balancer leaves it.
   */
  public Duration drain(ShutdownConfig shutdown) {
    if (shutdown.drain() != null) {
      return shutdown.drain();
    }
    Duration most = deregistrationDelay.minus(MARGIN);
    return most.isNegative() ? Duration.ZERO : most;
  }
}
