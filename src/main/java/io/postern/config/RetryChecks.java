package io.postern.config;

import java.util.Map;

/** What must hold between the keys of retries, of queues, and of what they belong to. */
final class RetryChecks {

  private final Report report;

  private RetryChecks(Report report) {
    this.report = report;
  }

  static void check(Config config, Report report) {
    RetryChecks checks = new RetryChecks(report);
    for (RouteConfig route : config.routes()) {
      checks.checkReasons(route.retry());
    }
    config.pools().values().forEach(checks::checkQueue);
  }

  /** A key that only some reason has a use for. */
  private static final Map<String, RetryConfig.Reason> OF_REASON =
      Map.of(
          "statuses", RetryConfig.Reason.STATUS,
          "attemptTimeout", RetryConfig.Reason.RESPONSE_TIMEOUT);

  private void checkReasons(RetryConfig retry) {
    if (!report.isClean(Place.below(retry.place().path(), "reasons"))) {
      return;
    }
    OF_REASON.forEach(
        (key, reason) -> {
          if (retry.place().keys().containsKey(key) && !retry.reasons().contains(reason)) {
            report.problem(
                retry.place(),
                key,
                "has no use without " + reason + " among reasons",
                "it there, or not here");
          }
        });
  }

  private void checkQueue(PoolConfig pool) {
    PoolConfig.Limits limits = pool.limits();
    if (limits.place().keys().containsKey("queue")
        && limits.requests() == 0
        && limits.requestsPerServer() == 0
        && limits.connections() == 0
        && limits.connectionsPerServer() == 0) {
      report.problem(
          limits.place(),
          "queue",
          "has no use where any number of requests may be in flight",
          "a limit of requests or connections beside it");
    }
  }
}
