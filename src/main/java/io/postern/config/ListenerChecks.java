package io.postern.config;

import java.nio.file.Path;
import java.util.List;

/** What must hold between the keys of the listeners and of the process. */
final class ListenerChecks {

  private static final int SHORTEST_SECRET = 32;

  private ListenerChecks() {}

  static void check(Config config, Report report) {
    for (ListenerConfig listener : config.listeners().values()) {
      TlsConfig tls = listener.tls();
      if (tls != null) {
        check(tls, report);
      }
      checkRequestTarget(listener.limits(), report);
      checkHandshakes(listener, report);
    }
    AccessLogChecks.check(config.accessLog(), report);
    warnOfHeadersFromAnyone(config, report);
  }

  static void check(TlsConfig tls, Report report) {
    checkCertificates(tls, report);
    checkDefaultCertificate(tls, report);
    Secret tickets = tls.sessionTickets().secret();
    if (tickets != null) {
      checkSecret(tls.sessionTickets().place(), tickets, report);
    }
    warnOfWeak(tls.place(), tls.ciphers(), report);
    tls.hosts().forEach(host -> warnOfWeak(host.place(), host.ciphers(), report));
  }

  /** Who may send a header may say that he is anybody. */
  private static void warnOfHeadersFromAnyone(Config config, Report report) {
    if (!config.loadBalancer().sources().isEmpty() || !report.isClean("loadBalancer")) {
      return;
    }
    for (ListenerConfig listener : config.listeners().values()) {
      if (listener.proxyProtocol() != ListenerConfig.ProxyProtocol.NONE) {
        report.warning(
            WarningCode.PROXY_HEADER_FROM_ANYONE,
            listener.place(),
            "proxyProtocol",
            "anyone may send a PROXY header, and so take any address and VPC endpoint for his own",
            "loadBalancer.sources, the subnets of the load balancer");
      }
    }
  }

  /** What is worse is not served at all. */
  private static void warnOfWeak(Place place, List<String> ciphers, Report report) {
    for (int i = 0; i < ciphers.size(); i++) {
      if (ciphers.get(i).contains("_CBC_")) {
        report.warning(
            WarningCode.WEAK_CIPHER,
            place,
            "ciphers[" + i + "]",
            "has no authenticated encryption",
            "a suite with GCM or CHACHA20_POLY1305");
      }
    }
  }

  private static void checkRequestTarget(ListenerConfig.Limits limits, Report report) {
    Place place = limits.place();
    boolean written = place.keys().containsKey("requestTarget");
    if (written && limits.requestTarget().bytes() > limits.requestHead().bytes()) {
      report.problem(
          place, "requestTarget", "is more than a whole head may have", "at most requestHead");
    }
  }

  private static void checkHandshakes(ListenerConfig listener, Report report) {
    Place place = listener.limits().place();
    boolean plain = listener.tls() == null && report.isClean(listener.place().path() + ".tls");
    for (String key : List.of("handshakes", "handshakesPerSource")) {
      if (plain && place.keys().containsKey(key)) {
        report.problem(
            place, key, "bounds handshakes, and the listener has no TLS", "tls, or no limit");
      }
    }
  }

  private static void checkCertificates(TlsConfig tls, Report report) {
    boolean none = tls.certificates().isEmpty() && tls.certificateDirectory() == null;
    if (none && report.isClean(tls.place().path() + ".certificates")) {
      report.problem(
          tls.place(), "certificates", "no certificate", "one or more, or certificateDirectory");
    }
  }

  /** Whoever guesses one is let in, or reads what was recorded of resumed sessions of TLS 1.2. */
  static void checkSecret(Place place, Secret secret, Report report) {
    if (secret.value().length() < SHORTEST_SECRET) {
      report.problem(
          place,
          "secret",
          "is too short not to be guessed",
          SHORTEST_SECRET + " characters or more, such as `openssl rand -hex 32` prints");
    }
  }

  private static void checkDefaultCertificate(TlsConfig tls, Report report) {
    Path chosen = tls.defaultCertificate();
    if (chosen == null
        || tls.certificateDirectory() != null
        || !report.isClean(tls.place().path() + ".certificates")) {
      return;
    }
    boolean known =
        tls.certificates().stream()
            .anyMatch(certificate -> certificate.chain().normalize().equals(chosen.normalize()));
    if (!known) {
      report.problem(
          tls.place(), "defaultCertificate", "is none of the certificates", "the chain of one");
    }
  }
}
