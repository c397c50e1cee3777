package io.postern.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.postern.config.PoolConfig;
import io.postern.config.PoolTlsConfig;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.tls.CertificateFiles.Loaded;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One compilation of the {@code tls} of a pool. The provider is that of {@link ServerContexts}, for
 * the same reasons. Sessions are resumed within one pool: Netty's cache keeps them by name and port
 * for five minutes, and a connection that is used again saves more.
 */
final class UpstreamTlsCompiler {

  private final PoolConfig pool;
  private final PoolTlsConfig config;
  private final Instant now;
  private final List<Problem> problems;
  private final List<Problem> warnings;

  UpstreamTlsCompiler(
      PoolConfig pool, Instant now, List<Problem> problems, List<Problem> warnings) {
    this.pool = pool;
    this.config = Objects.requireNonNull(pool.tls());
    this.now = now;
    this.problems = problems;
    this.warnings = warnings;
  }

  @Nullable UpstreamTls compile() {
    return compile(ServerContexts.provider());
  }

  @Nullable UpstreamTls compile(SslProvider provider) {
    int before = problems.size();
    List<X509Certificate> authorities = authorities();
    TlsConfig.Certificate shown = config.certificate();
    Loaded loaded =
        shown == null ? null : CertificateFiles.loadForClient(shown, now, problems, warnings);
    if (problems.size() > before) {
      return null;
    }
    try {
      return new UpstreamTls(
          context(provider, authorities, loaded).build(), config.serverName(), config.verify());
    } catch (SSLException | GeneralSecurityException e) {
      problem("trust", "the TLS library refuses it: " + e.getMessage(), "");
      return null;
    }
  }

  private @Nullable List<X509Certificate> authorities() {
    Path trust = config.trust();
    if (trust == null) {
      return null;
    }
    try {
      List<X509Certificate> authorities = PemFile.certificates(trust);
      authorities.forEach(each -> checkDates(each, trust));
      return authorities;
    } catch (UnusableFile e) {
      problem("trust", trust + " " + e.what(), "PEM certificates of authorities");
      return null;
    }
  }

  /** A file of authorities often has one that is out of date beside those that matter. */
  private void checkDates(X509Certificate authority, Path trust) {
    Instant from = authority.getNotBefore().toInstant();
    Instant until = authority.getNotAfter().toInstant();
    String name = authority.getSubjectX500Principal().getName();
    if (now.isAfter(until)) {
      warn(name + " in " + trust + " expired at " + until);
    } else if (now.isBefore(from)) {
      warn(name + " in " + trust + " is valid from " + from);
    }
  }

  private SslContextBuilder context(
      SslProvider provider, @Nullable List<X509Certificate> authorities, @Nullable Loaded shown)
      throws GeneralSecurityException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(provider)
            .keyStoreType("JKS")
            .protocols(ServerContexts.versions(config.minVersion()))
            .ciphers(Suites.DEFAULT.names(), SupportedCipherSuiteFilter.INSTANCE)
            .applicationProtocolConfig(alpn());
    switch (config.verify()) {
      case FULL ->
          builder
              .trustManager(ServerVerifier.trusting(authorities))
              .endpointIdentificationAlgorithm("HTTPS");
      case NONE ->
          builder
              .trustManager(InsecureTrustManagerFactory.INSTANCE)
              .endpointIdentificationAlgorithm(null);
    }
    return shown == null ? builder : builder.keyManager(shown.key(), shown.chain());
  }

  /** What is offered, the best first; a server that knows no ALPN is taken to speak HTTP/1.1. */
  private ApplicationProtocolConfig alpn() {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        switch (pool.protocol()) {
          case H2 -> List.of(ApplicationProtocolNames.HTTP_2);
          case AUTO -> List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
          case HTTP_1_1, H2C -> List.of(ApplicationProtocolNames.HTTP_1_1);
        });
  }

  private void warn(String what) {
    warnings.add(config.place().problem("trust", what, "authorities that are valid"));
  }

  private void problem(String key, String what, String expected) {
    problems.add(config.place().problem(key, what, expected));
  }
}
