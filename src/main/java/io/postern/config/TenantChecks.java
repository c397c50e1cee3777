package io.postern.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What must hold between the keys of the tenants, and of the routes that name them. */
final class TenantChecks {

  private TenantChecks() {}

  static void check(Config config, Report report) {
    checkUnique(config, "vpcEndpoints", TenantConfig::vpcEndpoints, report);
    checkUnique(config, "clientCertificates", TenantConfig::clientCertificates, report);
    checkUnique(config, "sources", TenantConfig::sources, report);
    config.tenants().values().forEach(tenant -> checkKnowable(tenant, report));
    config.tenants().values().forEach(tenant -> checkLimits(tenant.limits(), report));
    config.tenants().values().forEach(tenant -> checkHandshakes(tenant, report));
    if (report.isReadable("routes")) {
      config.tenants().values().forEach(tenant -> checkRoutes(tenant, config, report));
    }
    if (report.isReadable("tenants")) {
      config.routes().forEach(route -> checkNames(route.match(), config, report));
    }
    boolean noneKnown = config.tenants().isEmpty() && report.isClean("tenants");
    if (noneKnown && config.unknownTenants() == TenantConfig.Unknown.DENY) {
      report.problem(
          config.place(), "unknownTenants", "is deny, and there are no tenants", "one at least");
    }
  }

  private static void checkUnique(
      Config config, String key, Function<TenantConfig, ? extends List<?>> ids, Report report) {
    Map<Object, Place> seen = new HashMap<>();
    for (TenantConfig tenant : config.tenants().values()) {
      Place place = tenant.place();
      for (int i = 0; i < ids.apply(tenant).size(); i++) {
        Place first = seen.putIfAbsent(ids.apply(tenant).get(i), place);
        if (first != null && report.isClean(Place.below(place.path(), key))) {
          String where = first.path() + " (line " + first.position().line() + ")";
          String which = key + "[" + i + "]";
          report.problem(place, which, "is one of " + where + " too", "each id once");
        }
      }
    }
  }

  private static void checkKnowable(TenantConfig tenant, Report report) {
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

  private static void checkLimits(TenantConfig.Limits limits, Report report) {
    if (limits.burst() > 0 && limits.requestRate() == null) {
      report.problem(limits.place(), "burst", "is of no rate", "requestRate too");
    }
  }

  /** No certificate has been shown when a handshake begins. */
  private static void checkHandshakes(TenantConfig tenant, Report report) {
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

  private static void checkRoutes(TenantConfig tenant, Config config, Report report) {
    Set<String> routes =
        config.routes().stream().map(RouteConfig::name).collect(Collectors.toSet());
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

  private static void checkNames(RouteConfig.Match match, Config config, Report report) {
    List<String> names = match.tenants();
    if (!report.isClean(Place.below(match.place().path(), "tenants"))) {
      return;
    }
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      // A tenant that is there but was refused is no news.
      if (config.tenants().containsKey(name) || !report.isClean("tenants." + name)) {
        continue;
      }
      String key = "tenants[" + i + "]";
      String hint = Nearest.hint(name, config.tenants().keySet());
      report.problem(
          match.place(),
          key,
          "there is no tenant " + report.quoted(match.place(), key, name) + hint,
          hint.isEmpty() ? "the name of a tenant" : "");
    }
  }
}
