package io.postern.config;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;

/** What must hold between the keys of the pools. */
final class PoolChecks {

  private PoolChecks() {}

  static void check(Config config, Report report) {
    for (PoolConfig pool : config.pools().values()) {
      checkPool(pool, report);
    }
    if (report.isClean("routes")) {
      warnOfUnused(config, report);
    }
  }

  private static void checkPool(PoolConfig pool, Report report) {
    DiscoveryChecks.check(pool, report);
    checkServers(pool, report);
    ActiveChecks.check(pool, report);
    PassiveChecks.check(pool.health().passive(), report);
    checkProtocol(pool, report);
    checkSendProxy(pool.sendProxy(), report);
    if (pool.tls() != null) {
      checkTls(pool, pool.tls(), report);
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

  private static void checkTls(PoolConfig pool, PoolTlsConfig tls, Report report) {
    Place place = tls.place();
    String name = tls.serverName();
    if (name == null) {
      pool.servers().forEach(server -> checkTlsName(server, report));
    } else if (!isTlsName(name)) {
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
          place, "verify", "whoever answers is taken for the server", "full, with trust");
      if (tls.trust() != null) {
        report.problem(place, "trust", "is given, but verify is none", "one of the two");
      }
    }
  }

  private static void checkTlsName(PoolConfig.Server server, Report report) {
    if (!isTlsName(server.address().host())) {
      report.problem(
          server.place(),
          "address",
          "has a host that TLS cannot ask for",
          "a host name without underscores, or tls.serverName");
    }
  }

  /** Narrower than what can be looked up: letters, digits and hyphens (RFC 6066 §3, RFC 5890). */
  private static boolean isTlsName(String name) {
    if (!HostPort.isHost(name)) {
      return false;
    }
    try {
      return name.indexOf(':') >= 0 || !new SNIHostName(name).getAsciiName().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void checkServers(PoolConfig pool, Report report) {
    Map<String, PoolConfig.Server> seen = new HashMap<>();
    for (PoolConfig.Server server : pool.servers()) {
      if (server.address().port() == 0) {
        report.problem(server.place(), "address", "has the port 0", "a port from 1 to 65535");
      }
      String address = server.address().toString().toLowerCase(Locale.ROOT);
      PoolConfig.Server first = seen.putIfAbsent(address, server);
      if (first != null) {
        String where = first.place().path() + " (line " + first.place().position().line() + ")";
        report.problem(server.place(), "address", "is that of " + where + " too", "each once");
      }
    }
    boolean idle =
        !pool.servers().isEmpty()
            && pool.servers().stream().allMatch(server -> server.weight() == 0);
    boolean away =
        pool.servers().stream().noneMatch(server -> server.state() == PoolConfig.Duty.READY);
    if (away && !pool.servers().isEmpty()) {
      report.warning(pool.place(), "servers", "none is ready: requests are answered 503", "");
    }
    if (idle && report.isClean(Place.below(pool.place().path(), "servers"))) {
      report.problem(pool.place(), "servers", "all have weight 0", "one with more at least");
    }
  }

  private static void warnOfUnused(Config config, Report report) {
    Set<String> used =
        config.routes().stream()
            .flatMap(route -> route.reached().stream())
            .collect(Collectors.toSet());
    for (PoolConfig pool : config.pools().values()) {
      if (!used.contains(pool.name())) {
        report.warning(pool.place(), "no route leads to this pool", "");
      }
    }
  }
}
