package io.postern.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.postern.config.PoolConfig;
import io.postern.config.PoolTlsConfig;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.config.WarningCode;
import io.postern.tls.CertificateFiles.Loaded;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One compilation of the {@code tls} of a pool: what its files say, and the context that is made of
 * it. The provider is that of {@link ServerContexts}, for the same reasons. The context keeps the
 * sessions that servers gave, for five minutes; another one knows none of them.
 */
final class UpstreamTlsCompiler {

  /** A server of TLS 1.3 gives two for each connection, and each of them is used once. */
  private static final int SESSIONS_PER_SERVER = 32;

  /** How many there may be of those that the config does not list. */
  private static final int FOUND_SERVERS = 16;

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

  /**
   * What files said when they were last in order.
   *
   * @param authorities those that are trusted; null are those of the JDK
   * @param shown what servers that ask are shown; null where there is nothing to show
   */
  record Files(@Nullable List<X509Certificate> authorities, @Nullable Loaded shown) {

    /** Whether they say the same, be it in a file that is new. */
    boolean sayWhat(Files other) {
      return Objects.equals(authorities, other.authorities) && showsWhat(other.shown);
    }

    boolean showsWhat(@Nullable Loaded other) {
      if (shown == null || other == null) {
        return shown == null && other == null;
      }
      return shown.isOf(other.chain(), other.key());
    }
  }

  /** All files that a section names. */
  static List<Path> files(PoolTlsConfig config) {
    List<Path> files = new ArrayList<>();
    if (config.trust() != null) {
      files.add(config.trust());
    }
    TlsConfig.Certificate shown = config.certificate();
    if (shown != null) {
      files.add(shown.chain());
      files.add(shown.keyFile());
    }
    return files;
  }

  /**
   * Reads them; null where there is a problem.
   *
   * @param inUse what goes on being shown though it has expired meanwhile, where it is there still:
   *     an authority that is trusted no more must not wait for that; null where nothing is shown
   */
  @Nullable Files read(@Nullable Loaded inUse) {
    int before = problems.size();
    List<X509Certificate> authorities = authorities();
    TlsConfig.Certificate shown = config.certificate();
    Loaded loaded =
        shown == null
            ? null
            : CertificateFiles.loadForClient(shown, now, problems, warnings, inUse);
    return problems.size() > before ? null : new Files(authorities, loaded);
  }

  /** A new context, which must be released; null where there is a problem. */
  @Nullable SslContext context(TlsLibrary library, Files files) {
    try {
      return library.build(builder(files.authorities(), files.shown()));
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

  private SslContextBuilder builder(
      @Nullable List<X509Certificate> authorities, @Nullable Loaded shown)
      throws GeneralSecurityException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .keyStoreType("JKS")
            .protocols(ServerContexts.versions(config.minVersion()))
            .ciphers(Suites.DEFAULT.names(), SupportedCipherSuiteFilter.INSTANCE)
            .sessionCacheSize(
                (long) SESSIONS_PER_SERVER * Math.max(FOUND_SERVERS, pool.servers().size()))
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
    Problem warning = config.place().problem("trust", what, "authorities that are valid");
    warnings.add(warning.warning(WarningCode.TRUST_OUT_OF_DATE));
  }

  private void problem(String key, String what, String expected) {
    problems.add(config.place().problem(key, what, expected));
  }
}
