package io.postern.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What must hold between the keys of the tenants, and of the routes that name them. */
final class TenantChecks {

  private TenantChecks() {}

  static void check(Config config, Report report) {
    checkUnique(config, "vpcEndpoints", TenantConfig::vpcEndpoints, report);
    checkUnique(config, "clientCertificates", TenantConfig::clientCertificates, report);
    config.tenants().values().forEach(tenant -> checkKnowable(tenant, report));
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
      Config config, String key, Function<TenantConfig, List<String>> ids, Report report) {
    Map<String, Place> seen = new HashMap<>();
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
    boolean byNothing = tenant.vpcEndpoints().isEmpty() && tenant.clientCertificates().isEmpty();
    if (byNothing && report.isClean(tenant.place().path())) {
      report.problem(
          tenant.place(),
          "there is nothing to know it by",
          "vpcEndpoints, clientCertificates or both");
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
