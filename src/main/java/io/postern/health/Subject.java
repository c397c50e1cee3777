package io.postern.health;

import io.postern.config.ActiveCheck;
import io.postern.config.Alike;
import io.postern.health.ServerChecks.Member;
import io.postern.pool.Dialect;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.tls.UpstreamTls;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that is to be checked, in all the pools where the same would be asked of it in the same
 * way.
 */
record Subject(ActiveCheck check, List<Member> members) {

  /**
   * Those of all pools that ask for checks, in the order of the pools.
   *
   * @param pools which the config lists the servers of, with these
   */
  static List<Subject> of(Map<Pool, List<Server>> pools) {
    List<Subject> all = new ArrayList<>();
    Map<String, List<Subject>> byAddress = new HashMap<>();
    pools.forEach(
        (pool, servers) -> {
          ActiveCheck check = pool.check();
          if (check != null) {
            servers.stream()
                .filter(Subject::isChecked)
                .forEach(each -> add(new Member(pool, each), check, byAddress, all));
          }
        });
    return all;
  }

  private static void add(
      Member member, ActiveCheck check, Map<String, List<Subject>> byAddress, List<Subject> all) {
    Server server = member.server();
    List<Subject> alike =
        byAddress.computeIfAbsent(
            server.label().toLowerCase(Locale.ROOT), any -> new ArrayList<>(1));
    for (Subject each : alike) {
      if (each.suits(check, server)) {
        each.members.add(member);
        return;
      }
    }
    Subject subject = new Subject(check, new ArrayList<>(List.of(member)));
    alike.add(subject);
    all.add(subject);
  }

  /** Those of one pool, each for itself; none where it asks for no checks. */
  static List<Subject> of(Pool pool, List<Server> servers) {
    ActiveCheck check = pool.check();
    return check == null
        ? List.of()
        : servers.stream()
            .filter(Subject::isChecked)
            .map(server -> new Subject(check, List.of(new Member(pool, server))))
            .toList();
  }

  private static boolean isChecked(Server server) {
    return server.state().standing() != Server.Standing.MAINT;
  }

  private boolean suits(ActiveCheck other, Server server) {
    return Alike.alike(check, other)
        && (check.address() != null || sends(members.getFirst().server(), server))
        && suits(members.getFirst().server().dialect(), server.dialect());
  }

  private static boolean sends(Server ours, Server other) {
    return Alike.alike(ours.dialect().sendProxy(), other.dialect().sendProxy());
  }

  private boolean suits(Dialect ours, Dialect other) {
    return switch (check.type()) {
      case TCP -> true;
      case TLS -> suits(ours.tls(), other.tls());
      case HTTP, GRPC -> ours.protocol() == other.protocol() && suits(ours.tls(), other.tls());
    };
  }

  private static boolean suits(@Nullable UpstreamTls ours, @Nullable UpstreamTls other) {
    if (ours == null || other == null) {
      return ours == null && other == null;
    }
    return ours.isLike(other);
  }
}
