package io.postern.config;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What must hold between the keys of the checks of servers. */
final class ActiveChecks {

  private static final Set<ActiveCheck.Type> HTTP = EnumSet.of(ActiveCheck.Type.HTTP);
  private static final Set<ActiveCheck.Type> GRPC = EnumSet.of(ActiveCheck.Type.GRPC);
  private static final Set<ActiveCheck.Type> BOTH =
      EnumSet.of(ActiveCheck.Type.HTTP, ActiveCheck.Type.GRPC);

  /** The types that have a use for a key, where not all have. */
  private static final Map<String, Set<ActiveCheck.Type>> USES = uses();

  /** Fields that the request has by itself, or that would change what it is. */
  private static final Set<String> NOT_SET =
      Set.of(
          "host",
          "connection",
          "content-length",
          "content-type",
          "expect",
          "keep-alive",
          "proxy-connection",
          "te",
          "transfer-encoding",
          "upgrade",
          "grpc-timeout");

  private ActiveChecks() {}

  private static Map<String, Set<ActiveCheck.Type>> uses() {
    Map<String, Set<ActiveCheck.Type>> uses = new LinkedHashMap<>();
    uses.put("path", HTTP);
    uses.put("host", BOTH);
    uses.put("method", HTTP);
    uses.put("headers", BOTH);
    uses.put("expect", HTTP);
    uses.put("expectHeaders", HTTP);
    uses.put("expectBody", HTTP);
    uses.put("service", GRPC);
    return uses;
  }

  static void check(PoolConfig pool, Report report) {
    ActiveCheck check = pool.health().active();
    if (check == null) {
      return;
    }
    USES.forEach((key, types) -> checkUse(check, key, types, report));
    checkFields(check, report);
    checkIntervals(check, report);
    Place place = check.place();
    if (check.type() == ActiveCheck.Type.TLS && !pool.place().keys().containsKey("tls")) {
      report.problem(place, "type", "needs TLS", "a section tls of the pool, or another type");
    }
    if (check.type() == ActiveCheck.Type.GRPC && pool.protocol() == PoolConfig.Protocol.HTTP_1_1) {
      report.problem(
          place, "type", "needs HTTP/2", "a pool with protocol h2, h2c or auto, or another type");
    }
    CheckAddress address = check.address();
    if (address != null && address.host() != null && pool.servers().size() > 1) {
      report.warning(
          WarningCode.ONE_ADDRESS_CHECKED,
          place,
          "address",
          "has a host, which answers for all servers",
          "a port alone");
    }
  }

  private static void checkUse(
      ActiveCheck check, String key, Set<ActiveCheck.Type> types, Report report) {
    if (check.place().keys().containsKey(key) && !types.contains(check.type())) {
      String of =
          types.stream().map(ScalarType::written).sorted().collect(Collectors.joining(" or "));
      report.problem(
          check.place(),
          key,
          "has no use with type: " + ScalarType.written(check.type()),
          "type: " + of + ", or no " + key);
    }
  }

  private static void checkFields(ActiveCheck check, Report report) {
    Place place = check.place();
    for (String name : check.headers().keySet()) {
      if (NOT_SET.contains(name)) {
        String instead = name.equals("host") ? "the key host" : "another field";
        report.problem(place, "headers", name + " is not to be set", instead);
      }
    }
    check.expectHeaders().values().forEach(match -> ValueMatches.check(match, report));
    if (check.expectBody() != null) {
      ValueMatches.check(check.expectBody(), report);
      if (check.method() == ActiveCheck.Method.HEAD) {
        report.problem(
            place, "expectBody", "is given, and HEAD has no content", "another method, or none");
      }
    }
  }

  private static void checkIntervals(ActiveCheck check, Report report) {
    if (check.fastInterval() != null && check.fastInterval().compareTo(check.interval()) > 0) {
      report.problem(
          check.place(), "fastInterval", "is longer than interval", "at most as long as interval");
    }
  }
}
