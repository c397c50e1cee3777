package io.postern.tls;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.tls.CertificateFiles.Loaded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One compilation of certificates that are in order into a {@link CertificateStore}. */
final class StoreCompiler {

  private final TlsConfig config;
  private final HostPolicies policies;
  private final TlsLibrary library;
  private final OpenSslSessionTicketKey[] tickets;
  private final List<Problem> problems;

  StoreCompiler(
      TlsConfig config,
      HostPolicies policies,
      TlsLibrary library,
      OpenSslSessionTicketKey[] tickets,
      List<Problem> problems) {
    this.config = config;
    this.policies = policies;
    this.library = library;
    this.tickets = tickets;
    this.problems = problems;
  }

  /**
   * Compiles.
   *
   * @param previous whose contexts go on being used where the certificate is the same
   * @return null where there is a problem
   */
  @Nullable CertificateStore compile(List<Loaded> loaded, @Nullable CertificateStore previous) {
    checkOneOfAKind(loaded);
    int byDefault = byDefault(loaded);
    if (!problems.isEmpty()) {
      return null;
    }
    List<ServerCertificate> certificates = certificates(loaded, byDefault, previous);
    if (!problems.isEmpty()) {
      certificates.forEach(ServerCertificate::release);
      return null;
    }
    return store(certificates, certificates.get(byDefault));
  }

  // Which of two would be served is nothing that a client offers could decide.
  private void checkOneOfAKind(List<Loaded> all) {
    Map<String, Map<KeyType, Path>> owners = new HashMap<>();
    for (Loaded loaded : all) {
      KeyType type = loaded.profile().type();
      Path chain = loaded.config().chain();
      for (String name : loaded.names().all()) {
        Path other =
            owners
                .computeIfAbsent(name, _ -> new EnumMap<>(KeyType.class))
                .putIfAbsent(type, chain);
        if (other != null) {
          problems.add(
              loaded
                  .config()
                  .place()
                  .problem(
                      "chain",
                      "a second %s certificate for %s, after %s".formatted(type, name, other),
                      "one RSA and one ECDSA certificate for a host"));
          break;
        }
      }
    }
  }

  private int byDefault(List<Loaded> all) {
    if (all.isEmpty()) {
      if (problems.isEmpty()) {
        problems.add(config.place().problem("certificates", "no certificate", "one or more"));
      }
      return -1;
    }
    Path wanted = config.defaultCertificate();
    if (wanted == null) {
      return 0;
    }
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).config().chain().normalize().equals(wanted.normalize())) {
        return i;
      }
    }
    // One that is wrong itself is told of as such.
    if (problems.isEmpty()) {
      problems.add(
          config
              .place()
              .problem(
                  "defaultCertificate",
                  wanted + " is none of the certificates",
                  "the chain file of one of them"));
    }
    return -1;
  }

  private List<ServerCertificate> certificates(
      List<Loaded> all, int byDefault, @Nullable CertificateStore previous) {
    boolean forAll = config.hosts().isEmpty();
    List<ServerCertificate> certificates = new ArrayList<>();
    try {
      for (Loaded loaded : all) {
        ServerCertificate same = previous == null ? null : previous.of(loaded);
        boolean isFallback =
            !forAll && loaded.names().all().containsAll(all.get(byDefault).names().all());
        if (same != null && isFallback && same.contexts().size() < policies.size()) {
          same = null; // it was no fallback before, and has contexts for hosts of its own only
        }
        certificates.add(same == null ? certificate(loaded, isFallback) : same.retained());
      }
    } catch (RuntimeException | Error e) {
      certificates.forEach(ServerCertificate::release);
      throw e;
    }
    return List.copyOf(certificates);
  }

  /**
   * With a context for each policy that it may be asked for under.
   *
   * @param isFallback for one that is shown for hosts that are not its own
   */
  private ServerCertificate certificate(Loaded loaded, boolean isFallback) {
    @Nullable SslContext[] contexts = new @Nullable SslContext[policies.size()];
    ServerCertificate certificate = new ServerCertificate(loaded, Arrays.asList(contexts));
    try {
      for (int i = 0; i < contexts.length; i++) {
        HostPolicy policy = policies.get(i);
        if (isFallback || policies.mayMeet(policy, loaded.names().all())) {
          contexts[i] = context(loaded, policy);
        }
      }
    } catch (RuntimeException | Error e) {
      certificate.release();
      throw e;
    }
    return certificate;
  }

  private @Nullable SslContext context(Loaded loaded, HostPolicy policy) {
    try {
      return ServerContexts.create(
          library, policy, loaded.key(), loaded.chain(), loaded.names().all(), tickets);
    } catch (SSLException e) {
      problems.add(
          loaded
              .config()
              .place()
              .problem("chain", "the TLS library refuses it: " + e.getMessage(), ""));
      return null;
    }
  }

  private CertificateStore store(
      List<ServerCertificate> certificates, ServerCertificate byDefault) {
    List<ServerCertificate> preferred =
        certificates.stream().sorted((a, b) -> a.keyType().compareTo(b.keyType())).toList();
    Map<String, List<ServerCertificate>> exact = new HashMap<>();
    Map<String, List<ServerCertificate>> belowStar = new HashMap<>();
    for (ServerCertificate certificate : preferred) {
      for (String name : certificate.names()) {
        boolean star = name.startsWith("*.");
        (star ? belowStar : exact)
            .computeIfAbsent(star ? name.substring(2) : name, _ -> new ArrayList<>(2))
            .add(certificate);
      }
    }
    // Behind the certificates of the very host stand those of its wildcard: a client that cannot
    // use the one kind of key may be able to use the other.
    exact.forEach(
        (host, own) ->
            own.addAll(belowStar.getOrDefault(CertificateStore.parent(host), List.of())));
    return new CertificateStore(
        new CertificateStore.Found(
            certificates, Map.copyOf(exact), Map.copyOf(belowStar), fallback(preferred, byDefault)),
        policies,
        new CertificateStore.Strictness(
            config.strictSni(), config.strictSni() && config.defaultCertificate() == null));
  }

  /** The default and, of the other kind of key, the one that has all its names. */
  private static List<ServerCertificate> fallback(
      List<ServerCertificate> preferred, ServerCertificate byDefault) {
    return preferred.stream().filter(c -> c.names().containsAll(byDefault.names())).toList();
  }
}
