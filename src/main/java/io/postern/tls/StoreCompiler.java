package io.postern.tls;

import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.tls.CertificateFiles.Loaded;
import io.postern.tls.CertificateStore.Compiled;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;

/** One compilation of a {@link TlsConfig} into a {@link CertificateStore}. */
final class StoreCompiler {

  private final TlsConfig config;
  private final Instant now;
  private final SslProvider provider;
  private final List<Problem> problems = new ArrayList<>();

  StoreCompiler(TlsConfig config, Instant now, SslProvider provider) {
    this.config = config;
    this.now = now;
    this.provider = provider;
  }

  Compiled compile() {
    List<Loaded> loaded = load();
    checkOneOfAKind(loaded);
    int byDefault = byDefault();
    if (problems.isEmpty()) {
      List<ServerCertificate> certificates = contexts(loaded);
      if (problems.isEmpty()) {
        return new Compiled.Ready(store(certificates, certificates.get(byDefault)));
      }
    }
    return new Compiled.Refused(List.copyOf(problems));
  }

  private List<Loaded> load() {
    List<Loaded> all = new ArrayList<>();
    for (TlsConfig.Certificate certificate : config.certificates()) {
      Loaded loaded = CertificateFiles.load(certificate, now, problems);
      if (loaded != null) {
        all.add(loaded);
      }
    }
    return all;
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

  private int byDefault() {
    if (config.certificates().isEmpty()) {
      problems.add(config.place().problem("certificates", "no certificate", "one or more"));
      return -1;
    }
    Path wanted = config.defaultCertificate();
    if (wanted == null) {
      return 0;
    }
    for (int i = 0; i < config.certificates().size(); i++) {
      if (config.certificates().get(i).chain().normalize().equals(wanted.normalize())) {
        return i;
      }
    }
    problems.add(
        config
            .place()
            .problem(
                "defaultCertificate",
                wanted + " is none of the certificates",
                "the chain file of one of them"));
    return -1;
  }

  private List<ServerCertificate> contexts(List<Loaded> all) {
    List<ServerCertificate> certificates = new ArrayList<>();
    for (Loaded loaded : all) {
      try {
        certificates.add(
            new ServerCertificate(
                loaded.profile(),
                loaded.names(),
                ServerContexts.create(
                    provider, config.minVersion(), loaded.key(), loaded.chain())));
      } catch (SSLException e) {
        problems.add(
            loaded
                .config()
                .place()
                .problem("chain", "the TLS library refuses it: " + e.getMessage(), ""));
      }
    }
    if (!problems.isEmpty()) {
      certificates.forEach(certificate -> ReferenceCountUtil.release(certificate.context()));
    }
    return List.copyOf(certificates);
  }

  private static CertificateStore store(
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
        certificates, Map.copyOf(exact), Map.copyOf(belowStar), fallback(preferred, byDefault));
  }

  /** The default and, of the other kind of key, the one that has all its names. */
  private static List<ServerCertificate> fallback(
      List<ServerCertificate> preferred, ServerCertificate byDefault) {
    return preferred.stream().filter(c -> c.names().containsAll(byDefault.names())).toList();
  }
}
