package io.postern.config;

import java.util.List;

/** What must hold between the keys by which the servers of a pool are found. */
final class DiscoveryChecks {

  private static final List<String> OF_DNS =
      List.of("port", "type", "resolvers", "minTtl", "maxTtl", "timeout");

  private DiscoveryChecks() {}

  static void check(PoolConfig pool, Report report) {
    DiscoveryConfig discovery = pool.discovery();
    boolean listed = pool.place().keys().containsKey("servers");
    if (discovery == null) {
      String path = Place.below(pool.place().path(), "servers");
      boolean tried = pool.place().keys().containsKey("discovery");
      if (pool.servers().isEmpty() && !tried && report.isClean(path)) {
        report.problem(pool.place(), "servers", "has no entry", "one at least, or discovery");
      }
      return;
    }
    if (listed) {
      report.problem(pool.place(), "servers", "is given beside discovery", "one of the two");
    }
    boolean byFile = discovery.file() != null;
    if (byFile == discovery.place().keys().containsKey("dns")) {
      String what = byFile ? "has both dns and file" : "has neither dns nor file";
      if (report.isClean(discovery.place().path())) {
        report.problem(discovery.place(), what, "one of the two");
      }
    } else if (byFile) {
      checkFile(discovery, report);
    } else {
      checkDns(discovery, report);
    }
  }

  private static void checkFile(DiscoveryConfig discovery, Report report) {
    for (String key : OF_DNS) {
      if (discovery.place().keys().containsKey(key)) {
        report.problem(discovery.place(), key, "has no use with file", "dns, or no " + key);
      }
    }
  }

  private static void checkDns(DiscoveryConfig discovery, Report report) {
    checkPort(discovery, report);
    if (discovery.maxTtl().compareTo(discovery.minTtl()) < 0) {
      report.problem(
          discovery.place(), "maxTtl", "is shorter than minTtl", "at least as long as minTtl");
    }
    for (int i = 0; i < discovery.resolvers().size(); i++) {
      HostPort each = discovery.resolvers().get(i);
      boolean literal = IpLiteral.v4(each.host()) != null || IpLiteral.v6(each.host()) != null;
      if (!literal || each.port() == 0) {
        report.problem(
            discovery.place(),
            "resolvers[" + i + "]",
            each + " is no address of a DNS server",
            "an IP address and a port, such as 10.0.0.2:53");
      }
    }
  }

  private static void checkPort(DiscoveryConfig discovery, Report report) {
    boolean srv = discovery.type() == DiscoveryConfig.Type.SRV;
    if (srv && discovery.port() != 0) {
      report.problem(discovery.place(), "port", "is in the answer", "no port with type: srv");
    } else if (!srv && discovery.port() == 0) {
      report.problem(discovery.place(), "port", "is missing", "the port of the servers");
    }
  }
}
