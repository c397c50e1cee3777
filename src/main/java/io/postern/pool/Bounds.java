package io.postern.pool;

import io.postern.config.PoolConfig;
import org.jspecify.annotations.Nullable;

/**
 * What the servers of a pool are held to.
 *
 * @param queue the requests that may be in flight, and those that wait; null without limits
 * @param requestsPerServer how many requests each may have in flight; 0 is any number
 * @param connections how many connections there may be; null where that is not limited
 */
record Bounds(
    @Nullable Queue queue, int requestsPerServer, @Nullable ConnectionLimits connections) {

  static Bounds of(PoolConfig.Limits limits) {
    boolean any =
        limits.requests() > 0
            || limits.requestsPerServer() > 0
            || limits.connections() > 0
            || limits.connectionsPerServer() > 0;
    Queue queue = any ? new Queue(limits.queue(), limits.requests()) : null;
    return new Bounds(queue, limits.requestsPerServer(), ConnectionLimits.of(limits, queue));
  }

  @Nullable ConnectionRoom connectionRoom() {
    return connections == null ? null : connections.room();
  }
}
