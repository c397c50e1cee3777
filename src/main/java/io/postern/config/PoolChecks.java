package io.postern.config;

import java.util.Set;
import java.util.stream.Collectors;

/** What must hold between the keys of the pools. */
final class PoolChecks {

  private PoolChecks() {}

  static void check(Config config, Report report) {
    for (PoolConfig pool : config.pools().values()) {
      checkPool(pool, report);
      Place servers = Place.of(pool.place(), "servers");
      ServerListChecks.check(pool, pool.servers(), servers, config.process(), report);
    }
    if (report.isClean("routes")) {
      warnOfUnused(config, report);
    }
  }

  private static void checkPool(PoolConfig pool, Report report) {
    DiscoveryChecks.check(pool, report);
    ActiveChecks.check(pool, report);
    PassiveChecks.check(pool.health().passive(), report);
    checkProtocol(pool, report);
    checkSendProxy(pool.sendProxy(), report);
    if (pool.tls() != null) {
      checkTls(pool.tls(), report);
    }
  }

  private static void checkProtocol(PoolConfig pool, Report report) {
    boolean encrypted = pool.place().keys().containsKey("tls");
    switch (pool.protocol()) {
      case HTTP_1_1 -> {
        if (pool.place().keys().containsKey("ping")) {
          report.problem(
              pool.place(), "ping", "has no use with HTTP/1.1", "another protocol, or no ping");
        }
      }
      case H2, AUTO -> {
        if (!encrypted) {
          report.problem(pool.place(), "protocol", "needs TLS", "a section tls, or h2c");
        }
      }
      case H2C -> {
        if (encrypted) {
          report.problem(pool.place(), "protocol", "goes without TLS", "h2, or no section tls");
        }
      }
    }
  }

  private static void checkSendProxy(SendProxyConfig sent, Report report) {
    if (sent.version() != SendProxyConfig.Version.V2 && sent.place().keys().containsKey("tlvs")) {
      report.problem(sent.place(), "tlvs", "have no place but in version 2", "version: v2");
    }
  }

  private static void checkTls(PoolTlsConfig tls, Report report) {
    Place place = tls.place();
    String name = tls.serverName();
    if (name != null && !ServerListChecks.isTlsName(name)) {
      report.problem(
          place,
          "serverName",
          report.quoted(place, "serverName", name) + " is no host",
          "a name of letters, digits and hyphens, or an IP address; no port");
    }
    TlsConfig.Certificate shown = tls.certificate();
    if (shown != null && shown.ocspResponse() != null) {
      report.problem(
          shown.place(), "ocspResponse", "is given, and servers are sent none", "it at a listener");
    }
    if (tls.verify() == PoolTlsConfig.Verify.NONE) {
      report.warning(
          WarningCode.SERVERS_UNVERIFIED,
          place,
          "verify",
          "whoever answers is taken for the server",
          "full, with trust");
      if (tls.trust() != null) {
        report.problem(place, "trust", "is given, but verify is none", "one of the two");
      }
    }
  }

  private static void warnOfUnused(Config config, Report report) {
    Set<String> used =
        config.routes().stream()
            .flatMap(route -> route.reached().stream())
            .collect(Collectors.toSet());
    for (PoolConfig pool : config.pools().values()) {
      if (!used.contains(pool.name())) {
        report.warning(WarningCode.UNUSED_POOL, pool.place(), "no route leads to this pool", "");
      }
    }
  }
}
