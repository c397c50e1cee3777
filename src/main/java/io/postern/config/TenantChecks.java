package io.postern.config;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must hold between the keys of the tenants, and of the routes that name them. */
final class TenantChecks {

  private final Config config;
  private final Report report;
  private final Set<String> routes;

  private TenantChecks(Config config, Report report) {
    this.config = config;
    this.report = report;
    routes = config.routes().stream().map(RouteConfig::name).collect(Collectors.toSet());
  }

  /** Checks those of the config; where a file has more, all of them are looked at with it. */
  static void check(Config config, Report report) {
    TenantChecks checks = new TenantChecks(config, report);
    checks.checkEach(List.of(), config.tenants().values());
    if (config.tenantsFile() == null && report.isClean("tenantsFile")) {
      if (report.isReadable("tenants")) {
        checks.checkRoutes(config.tenants().keySet());
      }
      checks.checkAny(config.tenants().isEmpty() && report.isClean("tenants"));
    }
    checks.warnOfUnknown();
  }

  /** Whoever names tenants, and has all come through a load balancer that tells them apart. */
  private void warnOfUnknown() {
    boolean any = !config.tenants().isEmpty() || config.tenantsFile() != null;
    boolean said = config.place().keys().containsKey("unknownTenants");
    for (ListenerConfig listener : config.listeners().values()) {
      if (any && !said && listener.proxyProtocol() == ListenerConfig.ProxyProtocol.REQUIRED) {
        report.warning(
            WarningCode.UNKNOWN_TENANTS_SERVED,
            listener.place(),
            "proxyProtocol",
            "is required, and whoever is no tenant is served all the same",
            "unknownTenants: deny, or allow where that is meant");
      }
    }
  }

  /**
   * Checks those of a file beside those of the config.
   *
   * @param config without problems
   * @param more as they stand in the file, without problems of their own
   */
  static void check(Config config, Map<String, TenantConfig> more, Report report) {
    TenantChecks checks = new TenantChecks(config, report);
    for (TenantConfig tenant : more.values()) {
      TenantConfig first = config.tenants().get(tenant.name());
      if (first != null) {
        String where = where(first.place(), tenant.place());
        report.problem(tenant.place(), "is " + where + " too", "each name once");
      }
    }
    checks.checkEach(config.tenants().values(), more.values());
    checks.checkRoutes(
        Stream.of(config.tenants(), more)
            .flatMap(each -> each.keySet().stream())
            .collect(Collectors.toSet()));
    checks.checkAny(config.tenants().isEmpty() && more.isEmpty());
  }

  private void checkEach(Collection<TenantConfig> known, Collection<TenantConfig> added) {
    checkUnique(known, added, "vpcEndpoints", TenantConfig::vpcEndpoints);
    checkUnique(known, added, "clientCertificates", TenantConfig::clientCertificates);
    checkUnique(known, added, "sources", TenantConfig::sources);
    added.forEach(this::checkKnowable);
    added.forEach(tenant -> checkLimits(tenant.limits()));
    added.forEach(this::checkHandshakes);
    if (report.isReadable("routes")) {
      added.forEach(this::checkOwnRoutes);
    }
  }

  private void checkAny(boolean none) {
    if (none && config.unknownTenants() == TenantConfig.Unknown.DENY) {
      report.problem(
          config.place(), "unknownTenants", "is deny, and there are no tenants", "one at least");
    }
  }

  private void checkUnique(
      Collection<TenantConfig> known,
      Collection<TenantConfig> added,
      String key,
      Function<TenantConfig, ? extends List<?>> ids) {
    Map<Object, Place> seen = new HashMap<>();
    known.forEach(tenant -> ids.apply(tenant).forEach(id -> seen.put(id, tenant.place())));
    for (TenantConfig tenant : added) {
      Place place = tenant.place();
      for (int i = 0; i < ids.apply(tenant).size(); i++) {
        Place first = seen.putIfAbsent(ids.apply(tenant).get(i), place);
        if (first != null && report.isClean(Place.below(place.path(), key))) {
          String which = key + "[" + i + "]";
          String what = "is one of " + where(first, place) + " too";
          report.problem(place, which, what, "each id once");
        }
      }
    }
  }

  private static String where(Place first, Place from) {
    String file = first.file().equals(from.file()) ? "" : first.file() + ", ";
    return first.path() + " (" + file + "line " + first.position().line() + ")";
  }

  private void checkKnowable(TenantConfig tenant) {
    boolean byNothing =
        tenant.vpcEndpoints().isEmpty()
            && tenant.clientCertificates().isEmpty()
            && tenant.sources().isEmpty();
    if (byNothing && report.isClean(tenant.place().path())) {
      report.problem(
          tenant.place(),
          "there is nothing to know it by",
          "vpcEndpoints, clientCertificates or sources");
    }
  }

  private void checkLimits(TenantConfig.Limits limits) {
    if (limits.burst() > 0 && limits.requestRate() == null) {
      report.problem(limits.place(), "burst", "is of no rate", "requestRate too");
    }
  }

  /** No certificate has been shown when a handshake begins. */
  private void checkHandshakes(TenantConfig tenant) {
    Place limits = tenant.limits().place();
    boolean byCertificate = tenant.vpcEndpoints().isEmpty() && tenant.sources().isEmpty();
    if (limits.keys().containsKey("handshakes")
        && byCertificate
        && report.isClean(tenant.place().path())) {
      report.problem(
          limits,
          "handshakes",
          "the tenant is known by its certificates only, which come later",
          "vpcEndpoints or sources too");
    }
  }

  private void checkOwnRoutes(TenantConfig tenant) {
    for (int i = 0; i < tenant.routes().size(); i++) {
      String key = "routes[" + i + "]";
      String name = tenant.routes().get(i);
      if (!routes.contains(name)) {
        String hint = Nearest.hint(name, routes);
        report.problem(
            tenant.place(),
            key,
            "there is no route " + report.quoted(tenant.place(), key, name) + hint,
            hint.isEmpty() ? "the name of a route" : "");
      }
    }
  }

  /** Whether the tenants are there that routes name. */
  private void checkRoutes(Set<String> tenants) {
    for (RouteConfig route : config.routes()) {
      if (report.isClean(Place.below(route.match().place().path(), "tenants"))) {
        checkNames(route.match(), tenants);
      }
    }
  }

  private void checkNames(RouteConfig.Match match, Set<String> tenants) {
    List<String> names = match.tenants();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      // A tenant that is there but was refused is no news.
      if (tenants.contains(name) || !report.isClean("tenants." + name)) {
        continue;
      }
      String key = "tenants[" + i + "]";
      String hint = Nearest.hint(name, tenants);
      report.problem(
          match.place(),
          key,
          "there is no tenant " + report.quoted(match.place(), key, name) + hint,
          hint.isEmpty() ? "the name of a tenant" : "");
    }
  }
}
