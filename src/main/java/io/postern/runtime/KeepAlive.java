package io.postern.runtime;

import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.postern.config.Config;
import io.postern.config.ProcessConfig.Transport;
import java.time.Duration;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;

/**
 * How the kernel keeps a silent connection known to what stands between the peers, and finds out
 * that a peer is gone. A load balancer forgets a flow that was silent for its idle timeout, and
 * answers the next packet with a reset; a keep-alive probe of either side counts as traffic (<a
 * href="https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#connection-idle-timeout">Network
 * Load Balancers, connection idle timeout</a>). Linux would send the first after two hours.
 *
 * @param idle silence before the first probe
 * @param userTimeout how long sent data may stay unacknowledged (RFC 5482). Linux counts the time
 *     of a peer's closed window too, though the peer answers the probes: so it is more than the
 *     time that any route gives a reader to read on
 */
record KeepAlive(Duration idle, Duration userTimeout) {

  private static final int INTERVAL_SECONDS = 10;
  private static final int PROBES = 3;
  private static final Duration MOST_IDLE = Duration.ofSeconds(60);

  /** Probes in time for the load balancer of a config, and patience for its routes. */
  static KeepAlive of(Config config) {
    Duration patience =
        config.routes().stream()
            .map(route -> route.timeouts().idle())
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    return below(config.loadBalancer().idleTimeout(), patience);
  }

  /**
   * Probes in time for a load balancer.
   *
   * @param idleTimeout after how much silence it forgets a flow
   * @param patience the longest time that any route waits for a reader
   */
  static KeepAlive below(Duration idleTimeout, Duration patience) {
    Duration third = Duration.ofSeconds(Math.max(1, idleTimeout.toSeconds() / 3));
    Duration idle = third.compareTo(MOST_IDLE) < 0 ? third : MOST_IDLE;
    return new KeepAlive(idle, idle.plusSeconds(INTERVAL_SECONDS * PROBES).plus(patience));
  }

  /** As options of sockets; the JDK's own transport has no user timeout. */
  Map<ChannelOption<?>, Object> options(Transport transport) {
    int seconds = (int) idle.toSeconds();
    int user = (int) Math.min(Integer.MAX_VALUE, userTimeout.toMillis());
    return switch (transport) {
      case EPOLL ->
          Map.of(
              ChannelOption.SO_KEEPALIVE, true,
              EpollChannelOption.TCP_KEEPIDLE, seconds,
              EpollChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS,
              EpollChannelOption.TCP_KEEPCNT, PROBES,
              EpollChannelOption.TCP_USER_TIMEOUT, user);
      case IO_URING ->
          Map.of(
              ChannelOption.SO_KEEPALIVE, true,
              IoUringChannelOption.TCP_KEEPIDLE, seconds,
              IoUringChannelOption.TCP_KEEPINTVL, INTERVAL_SECONDS,
              IoUringChannelOption.TCP_KEEPCNT, PROBES,
              IoUringChannelOption.TCP_USER_TIMEOUT, user);
      case AUTO, NIO ->
          Map.of(
              ChannelOption.SO_KEEPALIVE,
              true,
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE),
              seconds,
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL),
              INTERVAL_SECONDS,
              NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT),
              PROBES);
    };
  }
}
