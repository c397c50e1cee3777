package io.postern.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.postern.config.HostPattern;
import io.postern.tls.CertificateFiles.Loaded;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All certificates of a listener, found by what a client says in its ClientHello. Immutable, and
 * shared by all event loops; a lookup costs the same for one certificate as for thousands.
 *
 * <p>It holds native memory and must be closed, once no event loop can select from it any more.
 * Connections that were made from it go on.
 */
public final class CertificateStore implements AutoCloseable {

  private static final InstantSource CLOCK = InstantSource.system();

  private final Found found;
  private final HostPolicies policies;
  private final Strictness strictness;
  private final IdentityHashMap<Loaded, ServerCertificate> byLoaded = new IdentityHashMap<>();
  private final IdentityHashMap<ServerCertificate, Presented[]> presented = new IdentityHashMap<>();

  CertificateStore(Found found, HostPolicies policies, Strictness strictness) {
    this.found = found;
    this.policies = policies;
    this.strictness = strictness;
    for (ServerCertificate each : found.all()) {
      byLoaded.put(each.loaded(), each);
      Presented[] byPolicy = new Presented[policies.size()];
      java.util.Arrays.setAll(byPolicy, i -> new Presented(each, policies, policies.get(i)));
      presented.put(each, byPolicy);
    }
  }

  /**
   * The certificates, and where each is found.
   *
   * @param all in the order of the config
   * @param exact by name
   * @param belowStar by what stands behind the star and its dot
   * @param fallback for all other clients; at least one
   */
  record Found(
      List<ServerCertificate> all,
      Map<String, List<ServerCertificate>> exact,
      Map<String, List<ServerCertificate>> belowStar,
      List<ServerCertificate> fallback) {}

  /** Who is refused: a client that names an unknown host, and one that names none. */
  record Strictness(boolean unknown, boolean none) {}

  /**
   * The certificate for a client. That of the very host is taken before a wildcard, and that of the
   * default where there is neither or no host was sent; of several the first that the client can
   * use, ECDSA before RSA. Any thread.
   *
   * @return null where the client is to be refused, since no certificate is for its host
   */
  public @Nullable Presented select(ClientHello hello) {
    String host = hello.serverName();
    List<ServerCertificate> candidates = host == null ? null : candidates(host);
    if (candidates == null) {
      if (host == null ? strictness.none() : strictness.unknown()) {
        return null;
      }
      candidates = found.fallback();
    }
    HostPolicy policy = policies.of(host);
    return presented(
        ServerCertificate.choose(candidates, hello, policy.suites(), CLOCK.instant()), policy);
  }

  /**
   * The default certificate, for a client whose ClientHello is {@link ClientHello.Malformed}: the
   * TLS library reads it again and refuses it with the proper alert. It lets pass what is only no
   * host in SNI, such as one with a dot at its end; that client is served like one that sent none.
   *
   * @return null where one that sends none is refused
   */
  public @Nullable Presented fallback() {
    return strictness.none() ? null : presented(found.fallback().get(0), policies.get(0));
  }

  private Presented presented(ServerCertificate certificate, HostPolicy policy) {
    Presented[] byPolicy = presented.get(certificate);
    if (byPolicy == null) {
      throw new IllegalStateException("a certificate of another store");
    }
    return byPolicy[policy.index()];
  }

  private @Nullable List<ServerCertificate> candidates(String host) {
    List<ServerCertificate> candidates = found.exact().get(host);
    return candidates == null ? found.belowStar().get(parent(host)) : candidates;
  }

  /** What is behind the first label; empty where that is all. */
  static String parent(String host) {
    int dot = host.indexOf('.');
    return dot < 0 ? "" : host.substring(dot + 1);
  }

  /** All certificates, in the order of the config, then those of its directory by name. */
  public List<ServerCertificate> certificates() {
    return found.all();
  }

  /** Whether there is a certificate for a host, or for all hosts one label below. */
  public boolean covers(HostPattern host) {
    return found.all().stream().anyMatch(each -> each.coversAll(host));
  }

  /** The certificate that was made of these files; null where this store has none. */
  @Nullable ServerCertificate of(Loaded loaded) {
    return byLoaded.get(loaded);
  }

  /** From now on tickets are sealed with the first of these keys, and opened with any. */
  void seal(OpenSslSessionTicketKey[] tickets) {
    found.all().stream()
        .flatMap(each -> each.contexts().stream())
        .forEach(context -> ServerContexts.seal(context, tickets));
  }

  /** Gives up what the store holds of the contexts. */
  @Override
  public void close() {
    found.all().forEach(ServerCertificate::release);
  }
}
