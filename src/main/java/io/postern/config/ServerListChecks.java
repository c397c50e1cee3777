package io.postern.config;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SNIHostName;

/** What must hold between the servers of a pool, wherever they are listed. */
final class ServerListChecks {

  private ServerListChecks() {}

  /**
   * Reports what is wrong with a list.
   *
   * @param whole where it stands
   */
  static void check(
      PoolConfig pool,
      List<PoolConfig.Server> servers,
      Place whole,
      ProcessConfig here,
      Report report) {
    Map<String, PoolConfig.Server> seen = new HashMap<>();
    PoolTlsConfig tls = pool.tls();
    for (PoolConfig.Server server : servers) {
      checkAddress(server, seen, report);
      checkPlace(server, here, report);
      if (tls != null && tls.serverName() == null) {
        checkTlsName(server, report);
      }
    }
    boolean idle = servers.stream().allMatch(server -> server.weight() == 0);
    boolean away = servers.stream().noneMatch(server -> server.state() == PoolConfig.Duty.READY);
    if (away && !servers.isEmpty()) {
      report.warning(
          WarningCode.NO_READY_SERVER, whole, "none is ready: requests are answered 503", "");
    }
    if (idle && !servers.isEmpty() && report.isClean(whole.path())) {
      report.problem(whole, "all have weight 0", "one with more at least");
    }
  }

  private static void checkAddress(
      PoolConfig.Server server, Map<String, PoolConfig.Server> seen, Report report) {
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

  private static void checkPlace(PoolConfig.Server server, ProcessConfig here, Report report) {
    if (server.zone() != null && here.zone() == null) {
      report.warning(
          WarningCode.PLACE_UNKNOWN,
          server.place(),
          "zone",
          "means nothing while ours is not known",
          "process.zone");
    }
    if (server.region() != null && here.region() == null) {
      report.warning(
          WarningCode.PLACE_UNKNOWN,
          server.place(),
          "region",
          "means nothing while ours is not known",
          "process.region");
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
  static boolean isTlsName(String name) {
    if (!HostPort.isHost(name)) {
      return false;
    }
    try {
      return name.indexOf(':') >= 0 || !new SNIHostName(name).getAsciiName().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
