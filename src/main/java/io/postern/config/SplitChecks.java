package io.postern.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold between the shares of a split. */
final class SplitChecks {

  private SplitChecks() {}

  static void check(Config config, RouteConfig route, Report report) {
    List<RouteConfig.PoolShare> shares = route.split();
    if (shares == null) {
      if (route.place().keys().containsKey("splitBy")) {
        report.problem(route.place(), "splitBy", "there is nothing to split", "split too");
      }
      return;
    }
    Map<String, RouteConfig.PoolShare> seen = new HashMap<>();
    for (RouteConfig.PoolShare share : shares) {
      PoolNames.check(config, report, share.place(), "pool", share.pool());
      RouteConfig.PoolShare first = seen.putIfAbsent(share.pool(), share);
      if (first != null) {
        String where = first.place().path() + " (line " + first.place().position().line() + ")";
        report.problem(share.place(), "pool", "is that of " + where + " too", "each once");
      }
    }
    boolean nothing = shares.stream().allMatch(share -> share.weight() == 0);
    if (nothing && report.isClean(Place.below(route.place().path(), "split"))) {
      report.problem(route.place(), "split", "all have weight 0", "one with more at least");
    }
  }
}
