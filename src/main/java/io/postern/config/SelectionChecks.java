package io.postern.config;

/** What must hold between the keys by which servers are chosen. */
final class SelectionChecks {

  private static final int WHOLE = 100;

  private final Report report;

  private SelectionChecks(Report report) {
    this.report = report;
  }

  static void check(Config config, Report report) {
    SelectionChecks checks = new SelectionChecks(report);
    for (PoolConfig pool : config.pools().values()) {
      checks.checkHash(pool);
      checks.checkSlowStart(pool);
    }
  }

  private void checkHash(PoolConfig pool) {
    PoolConfig.Hash hash = pool.hash();
    boolean hashes = pool.balance() == PoolConfig.Balance.HASH;
    if (hash == null) {
      if (hashes && report.isClean(Place.below(pool.place().path(), "hash"))) {
        report.problem(pool.place(), "balance", "hash needs to know by what", "a section hash");
      }
      return;
    }
    if (!hashes) {
      report.problem(pool.place(), "hash", "has no use here", "balance: hash, or no hash");
    }
    if (hash.by().kind() == RequestKey.Kind.REQUEST) {
      report.problem(
          hash.place(), "by", "request is another each time", "what is the same for some requests");
    }
    if (hash.balanceFactor() > 0 && hash.balanceFactor() < WHOLE) {
      report.problem(
          hash.place(),
          "balanceFactor",
          hash.balanceFactor() + " is less than what a server has to take",
          "100 or more, or 0");
    }
  }

  private void checkSlowStart(PoolConfig pool) {
    PoolConfig.Health health = pool.health();
    if (health.slowStart() != null
        && health.active() == null
        && health.passive() == null
        && report.isClean(health.place().path())) {
      report.problem(
          health.place(),
          "slowStart",
          "has no use where nothing takes servers out",
          "active or passive beside it");
    }
  }
}
