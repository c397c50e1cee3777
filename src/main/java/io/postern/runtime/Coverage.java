package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.HostPattern;
import io.postern.config.Problem;
import io.postern.config.RouteConfig;
import io.postern.config.WarningCode;
import io.postern.tls.ListenerTls;
import io.postern.tls.ServerCertificate;
import java.util.List;
import java.util.Map;

/** Whether the hosts of the routes and those of the certificates are the same. */
final class Coverage {

  private Coverage() {}

  static void check(
      Config config,
      Map<String, ListenerTls> listeners,
      List<Problem> problems,
      List<Problem> warnings) {
    for (RouteConfig route : config.routes()) {
      checkHosts(route, listeners, problems);
    }
    // Without hosts a route is for all of them.
    if (config.routes().stream().noneMatch(route -> route.match().hosts().isEmpty())) {
      listeners.values().forEach(tls -> warnOfUnused(config, tls, warnings));
    }
  }

  /** A host that no certificate covers can be reached by nobody who checks certificates. */
  private static void checkHosts(
      RouteConfig route, Map<String, ListenerTls> listeners, List<Problem> problems) {
    List<HostPattern> hosts = route.match().hosts();
    for (int i = 0; i < hosts.size(); i++) {
      HostPattern host = hosts.get(i);
      if (listeners.values().stream().noneMatch(tls -> tls.store().covers(host))) {
        problems.add(
            route
                .match()
                .place()
                .problem(
                    "hosts[" + i + "]",
                    "no certificate of any listener covers " + host,
                    "a certificate with that name among listeners.*.tls.certificates"));
      }
    }
  }

  private static void warnOfUnused(Config config, ListenerTls tls, List<Problem> warnings) {
    for (ServerCertificate each : tls.store().certificates()) {
      boolean used =
          config.routes().stream()
              .flatMap(route -> route.match().hosts().stream())
              .anyMatch(each::isFor);
      if (!used) {
        warnings.add(
            each.problem("no route has a host that it is for", "a route with one of its names")
                .warning(WarningCode.UNUSED_CERTIFICATE));
      }
    }
  }
}
