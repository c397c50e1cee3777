package io.postern.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What must hold between the addresses that are listened on, and of those beside the listeners. */
final class PortChecks {

  /** A section that binds an address. */
  private record Port(Place place, Bind bind) {}

  /** Of sun_path, which ends in a zero byte; it is bound under a longer name at first. */
  private static final int LONGEST_SOCKET = 107 - ".new".length();

  private PortChecks() {}

  static void check(Config config, Report report) {
    List<Port> ports = new ArrayList<>();
    config.listeners().values().forEach(each -> ports.add(new Port(each.place(), each.bind())));
    AdminConfig admin = config.admin();
    if (admin != null) {
      if (admin.bind() != null) {
        ports.add(new Port(admin.place(), admin.bind()));
      }
      checkAdmin(admin, report);
    }
    HealthConfig health = config.health();
    if (health != null) {
      ports.add(new Port(health.place(), health.bind()));
      checkHealth(health, report);
    }
    if (ports.stream().anyMatch(port -> port.bind() instanceof Bind.Passed)) {
      checkTransport(config.process(), report);
    }
    for (int i = 0; i < ports.size(); i++) {
      for (Port earlier : ports.subList(0, i)) {
        checkBinds(earlier, ports.get(i), report);
      }
    }
  }

  private static void checkTransport(ProcessConfig process, Report report) {
    switch (process.transport()) {
      case AUTO, EPOLL -> {}
      case IO_URING, NIO ->
          report.warning(
              WarningCode.TRANSPORT_NOT_FOLLOWED,
              process.place(),
              "transport",
              "is not followed: a bind is a socket of systemd, which takes epoll",
              "auto or epoll");
    }
  }

  private static void checkAdmin(AdminConfig admin, Report report) {
    Bind bind = admin.bind();
    if (bind != null) {
      checkAdminPort(admin, bind, report);
    } else if (report.isClean(Place.below(admin.place().path(), "bind"))) {
      checkNoPort(admin, report);
    }
    if (admin.socket() != null) {
      checkSocket(admin, admin.socket(), report);
    }
    if (admin.tls() != null) {
      ListenerChecks.check(admin.tls(), report);
    }
    Map<String, String> names = new HashMap<>();
    for (AdminConfig.Token token : admin.tokens().values()) {
      if (report.isClean(token.place().path() + ".secret")) {
        ListenerChecks.checkSecret(token.place(), token.secret(), report);
        checkOwn(token, names.put(token.secret().value(), token.name()), report);
      }
    }
  }

  private static void checkAdminPort(AdminConfig admin, Bind bind, Report report) {
    boolean outside = bind instanceof Bind.Address at && !at.isLoopback();
    if (outside && admin.tokens().isEmpty() && report.isClean(admin.place().path() + ".tokens")) {
      report.warning(
          WarningCode.ADMIN_REACHABLE,
          admin.place(),
          "whoever reaches "
              + bind
              + " reads the metrics, and the API answers this machine only: there are no tokens",
          "a loopback address, or tls and tokens");
    }
    if (outside
        && admin.tls() == null
        && !admin.tokens().isEmpty()
        && report.isClean(admin.place().path() + ".tls")) {
      report.problem(
          admin.place(), "tokens", "would be sent in plain text: the port has no TLS", "tls");
    }
  }

  /** The log names who has changed what by the token that was shown. */
  private static void checkOwn(AdminConfig.Token token, @Nullable String other, Report report) {
    if (other != null) {
      report.problem(
          token.place(), "secret", "is that of " + other + ", too", "another for each token");
    }
  }

  private static void checkNoPort(AdminConfig admin, Report report) {
    if (admin.socket() == null && report.isClean(admin.place().path() + ".socket")) {
      report.problem(admin.place(), "has neither a port nor a socket", "bind, socket or both");
    }
    if (admin.tls() != null) {
      report.problem(admin.place(), "tls", "is for a port, and there is none", "bind");
    }
    if (!admin.tokens().isEmpty()) {
      report.problem(admin.place(), "tokens", "are for a port, and there is none", "bind");
    }
  }

  private static void checkSocket(AdminConfig admin, Path socket, Report report) {
    if (socket.toString().getBytes(UTF_8).length > LONGEST_SOCKET) {
      report.problem(
          admin.place(),
          "socket",
          socket + " is longer than the kernel takes",
          "at most " + LONGEST_SOCKET + " bytes");
    }
  }

  private static void checkHealth(HealthConfig health, Report report) {
    String expected = MatchPath.expected(health.path());
    if (!expected.isEmpty() && report.isClean(Place.below(health.place().path(), "path"))) {
      report.problem(
          health.place(),
          "path",
          report.quoted(health.place(), "path", health.path()) + " is no such path",
          expected);
    }
  }

  private static void checkBinds(Port earlier, Port later, Report report) {
    if (overlap(earlier.bind(), later.bind())) {
      String taken = earlier.place().path() + " (line " + earlier.place().position().line() + ")";
      report.problem(later.place(), "bind", "collides with the bind of " + taken, "");
    }
  }

  private static boolean overlap(Bind a, Bind b) {
    if (a instanceof Bind.Address left && b instanceof Bind.Address right) {
      return overlap(left, right);
    }
    return a.equals(b);
  }

  private static boolean overlap(Bind.Address a, Bind.Address b) {
    if (a.port() != b.port() || a.port() == 0) {
      return false;
    }
    byte[] left = address(a);
    byte[] right = address(b);
    return Arrays.equals(left, right) || covers(left, right) || covers(right, left);
  }

  private static byte[] address(Bind.Address bind) {
    return Objects.requireNonNull(IpLiteral.of(bind.host())).getAddress();
  }

  /** 0.0.0.0 takes every IPv4 address, :: takes those and every IPv6 address too. */
  private static boolean covers(byte[] wildcard, byte[] address) {
    for (byte part : wildcard) {
      if (part != 0) {
        return false;
      }
    }
    return wildcard.length >= address.length;
  }
}
