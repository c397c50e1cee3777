package io.postern.tls;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.config.HostPattern;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The policies of a listener by host: a name before a wildcard, a longer wildcard before a shorter
 * one. Immutable.
 */
final class HostPolicies {

  private final List<HostPolicy> all = new ArrayList<>();
  private final List<List<HostPattern>> hosts = new ArrayList<>();

  // By names in lower case: requests ask by theirs, and a text of each would be garbage.
  private final Map<AsciiString, HostPolicy> exact = new HashMap<>();
  private final Map<AsciiString, HostPolicy> belowStar = new HashMap<>();

  /**
   * Those of a config; reads the files that it trusts clients by.
   *
   * @param problems takes what is wrong
   * @param warnings takes what works and is likely not meant
   */
  static HostPolicies of(
      TlsConfig config, Instant now, List<Problem> problems, List<Problem> warnings) {
    return new PolicyCompiler(config, now, problems, warnings).compile();
  }

  void addChecked(HostPolicy policy, TlsConfig.Host host, List<Problem> problems) {
    for (int i = 0; i < host.names().size(); i++) {
      HostPattern name = host.names().get(i);
      if (isAddress(name.name())) {
        problems.add(
            host.place()
                .problem(
                    "names[" + i + "]",
                    name + " is an address, which no client names in the handshake",
                    "a name; what is asked for an address is what the listener asks for"));
      }
      if (byPattern(name).containsKey(new AsciiString(name.name()))) {
        problems.add(
            host.place().problem("names[" + i + "]", name + " stands here twice", "it once"));
      }
    }
    add(policy, host.names());
  }

  /** SNI has no addresses (RFC 6066 §3). */
  private static boolean isAddress(String name) {
    return name.startsWith("[") || NetUtil.isValidIpV4Address(name);
  }

  void add(HostPolicy policy, List<HostPattern> names) {
    all.add(policy);
    hosts.add(names);
    names.forEach(name -> byPattern(name).put(new AsciiString(name.name()), policy));
  }

  private Map<AsciiString, HostPolicy> byPattern(HostPattern pattern) {
    return pattern.wildcard() ? belowStar : exact;
  }

  /**
   * Reads again what has changed of the files that clients are trusted by.
   *
   * @return whether there are other authorities now
   */
  boolean refreshTrust(Instant now, List<Problem> problems, List<Problem> warnings) {
    boolean changed = false;
    for (TrustFiles files : trusts()) {
      changed |= files.refresh(now, problems, warnings);
    }
    return changed;
  }

  /** Whether any of those files were refused and have not changed since. */
  boolean holdTrustBack() {
    return trusts().stream().anyMatch(TrustFiles::areHeldBack);
  }

  private List<TrustFiles> trusts() {
    return all.stream().map(HostPolicy::trust).filter(Objects::nonNull).distinct().toList();
  }

  /** Whether any of them asks clients for a certificate. */
  boolean askForCertificates() {
    return all.stream().anyMatch(each -> each.trust() != null);
  }

  /** How many there are. */
  int size() {
    return all.size();
  }

  /** By its index. */
  HostPolicy get(int index) {
    return all.get(index);
  }

  /** The policy for a host in lower case; the listener's own where none was named. */
  HostPolicy of(@Nullable String host) {
    return host == null || all.size() == 1 ? all.getFirst() : found(new AsciiString(host));
  }

  /** The policy for the host of a request, of any case. */
  HostPolicy of(AsciiString host) {
    return all.size() == 1 ? all.getFirst() : found(CertificateNames.normal(host));
  }

  private HostPolicy found(AsciiString host) {
    HostPolicy own = exact.get(host);
    int dot = belowStar.isEmpty() ? -1 : host.indexOf('.', 0);
    while (own == null && dot >= 0) {
      own = belowStar.get(host.subSequence(dot + 1, host.length(), false));
      dot = host.indexOf('.', dot + 1);
    }
    return own == null ? all.getFirst() : own;
  }

  /**
   * Whether a certificate may ever be asked for under a policy: never one too few, perhaps one too
   * many.
   */
  boolean mayMeet(HostPolicy policy, Set<String> names) {
    return policy.index() == 0
        || hosts.get(policy.index()).stream()
            .anyMatch(host -> names.stream().anyMatch(name -> mayMeet(host.name(), name)));
  }

  private static boolean mayMeet(String host, String name) {
    String below = name.startsWith("*.") ? name.substring(2) : name;
    return isAtOrBelow(host, below) || isAtOrBelow(below, host);
  }

  private static boolean isAtOrBelow(String name, String parent) {
    return name.equals(parent) || name.endsWith("." + parent);
  }
}
