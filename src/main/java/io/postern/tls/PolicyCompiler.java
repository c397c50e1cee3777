package io.postern.tls;

import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.ClientAuth;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One compilation of what a {@link TlsConfig} asks of connections into {@link HostPolicies}. */
final class PolicyCompiler {

  private final TlsConfig config;
  private final Instant now;
  private final List<Problem> problems;
  private final List<Problem> warnings;
  private final List<TrustFiles> read = new ArrayList<>();

  PolicyCompiler(TlsConfig config, Instant now, List<Problem> problems, List<Problem> warnings) {
    this.config = config;
    this.now = now;
    this.problems = problems;
    this.warnings = warnings;
  }

  HostPolicies compile() {
    HostPolicies policies = new HostPolicies();
    HostPolicy base = base();
    policies.add(base, List.of());
    for (TlsConfig.Host host : config.hosts()) {
      policies.addChecked(stricter(base, policies.size(), host), host, problems);
    }
    return policies;
  }

  private HostPolicy base() {
    Place place = config.place();
    boolean isAsked =
        config.clientAuth() != ClientAuth.NONE
            || config.hosts().stream().anyMatch(host -> host.clientAuth() != null);
    if (config.trust() != null && !isAsked) {
      unasked(place);
    }
    return new HostPolicy(
        0,
        config.minVersion(),
        Suites.of(place, config.ciphers(), Suites.DEFAULT, problems),
        Groups.of(place, config.groups(), Groups.DEFAULT, problems),
        config.clientAuth(),
        trust(place, config.clientAuth(), config.trust(), config.crl()));
  }

  private HostPolicy stricter(HostPolicy base, int index, TlsConfig.Host host) {
    Place place = host.place();
    ClientAuth clientAuth = host.clientAuth() == null ? base.clientAuth() : host.clientAuth();
    TlsConfig.Version minVersion =
        host.minVersion() == null ? base.minVersion() : host.minVersion();
    if (minVersion.compareTo(base.minVersion()) < 0) {
      looser(place, "minVersion");
    }
    if (clientAuth.compareTo(base.clientAuth()) < 0) {
      looser(place, "clientAuth");
    }
    if (clientAuth == ClientAuth.NONE && host.trust() != null) {
      unasked(place);
    }
    return new HostPolicy(
        index,
        minVersion,
        Suites.of(place, host.ciphers(), base.suites(), problems),
        Groups.of(place, host.groups(), base.groups(), problems),
        clientAuth,
        trust(
            place,
            clientAuth,
            host.trust() == null ? config.trust() : host.trust(),
            host.crl() == null ? config.crl() : host.crl()));
  }

  private void unasked(Place place) {
    problems.add(
        place.problem(
            "trust",
            "is given, and no client is asked for a certificate",
            "clientAuth: required or optional"));
  }

  private void looser(Place place, String key) {
    problems.add(
        place.problem(
            key, "is less strict than the listener's", "at least what the listener asks"));
  }

  /** One for the same files: what was shown under one policy then counts under the other. */
  private @Nullable TrustFiles trust(
      Place place, ClientAuth clientAuth, @Nullable Path trust, @Nullable Path crl) {
    if (clientAuth == ClientAuth.NONE) {
      return null;
    }
    if (trust == null) {
      problems.add(
          place.problem(
              "trust", "is missing, and clients are asked for certificates", "a PEM file"));
      return null;
    }
    for (TrustFiles each : read) {
      if (each.are(trust, crl)) {
        return each;
      }
    }
    TrustFiles files = TrustFiles.read(place, trust, crl, now, problems, warnings);
    if (files != null) {
      read.add(files);
    }
    return files;
  }
}
