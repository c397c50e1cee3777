package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.Configs;
import io.postern.config.PoolConfig;
import io.postern.config.PoolTlsConfig.Verify;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found wrong with the {@code tls} of a pool when it is loaded, and what is asked for. */
class UpstreamTlsTest {

  private static final String AT = "pools.app.tls";

  private final CertificateAuthority authority = CertificateAuthority.create("Server CA");
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> warnings = new ArrayList<>();

  @TempDir private Path dir;

  static PoolConfig pool(
      @Nullable String name,
      @Nullable Path trust,
      Verify verify,
      TlsConfig.@Nullable Certificate shown) {
    String certificate =
        shown == null ? "" : ", certificate: {chain: '%s'%s}".formatted(shown.chain(), key(shown));
    return Configs.pool(
        "app",
        "servers: [{address: 'a.internal:443'}], tls: {verify: %s%s%s%s}"
            .formatted(
                verify.toString().toLowerCase(Locale.ROOT),
                name == null ? "" : ", serverName: " + name,
                trust == null ? "" : ", trust: '%s'".formatted(trust),
                certificate));
  }

  private static String key(TlsConfig.Certificate shown) {
    return shown.key() == null ? "" : ", key: '%s'".formatted(shown.key());
  }

  /** The problems, then the warnings. */
  private List<String> said(@Nullable Path trust, TlsConfig.@Nullable Certificate shown) {
    return said(trust, shown, Stores.now());
  }

  private List<String> said(
      @Nullable Path trust, TlsConfig.@Nullable Certificate shown, Instant now) {
    UpstreamTls tls =
        UpstreamTls.compile(
            pool(null, trust, Verify.FULL, shown),
            now,
            TlsLibrary.preferred(null),
            problems,
            warnings);
    assertThat(tls == null).isEqualTo(!problems.isEmpty());
    if (tls != null) {
      tls.close();
    }
    List<String> all = new ArrayList<>();
    problems.forEach(each -> all.add(withoutPosition(each)));
    warnings.forEach(each -> all.add("warning: " + withoutPosition(each)));
    return all;
  }

  /** The name of the file, line and column hang on how long the paths of the test are. */
  private static String withoutPosition(Problem problem) {
    return problem.toString().replaceFirst("^test.yaml:[0-9]+:[0-9]+: ", "");
  }

  @Test
  void theAuthoritiesOfTheJdkAreTheDefault() {
    assertThat(said(null, null)).isEmpty();
  }

  @Test
  void aFileOfAuthorities() throws IOException {
    authority.writeCa(dir.resolve("ca.pem"));
    assertThat(said(dir.resolve("ca.pem"), null)).isEmpty();
  }

  @Test
  void noFileOfAuthorities() {
    Path missing = dir.resolve("ca.pem");
    assertThat(said(missing, null))
        .containsExactly(
            AT
                + ".trust: "
                + missing
                + " does not exist (expected: PEM certificates of authorities)");
  }

  @Test
  void aFileWithoutCertificates() throws IOException {
    Path empty = Files.writeString(dir.resolve("ca.pem"), "nothing\n");
    assertThat(said(empty, null))
        .containsExactly(
            AT
                + ".trust: "
                + empty
                + " holds no certificate (expected: PEM certificates of authorities)");
  }

  @Test
  void anExpiredAuthorityIsAWarning() throws IOException {
    Path file = dir.resolve("ca.pem");
    authority.writeCa(file);
    Instant until = authority.caCertificate().getNotAfter().toInstant();
    assertThat(said(file, null, until.plusSeconds(1)))
        .containsExactly(
            "warning: "
                + AT
                + ".trust: CN=Server CA in "
                + file
                + " expired at "
                + until
                + " (expected: authorities that are valid) [trust-out-of-date]");
  }

  @Test
  void aCertificateOfOursNeedsNoNameButItsOwnKey() throws IOException {
    authority.issue(KeyType.ECDSA, List.of()).writeTo(dir, "a");
    authority.issue(KeyType.RSA, List.of("b")).writeTo(dir, "b");
    assertThat(said(null, Stores.certificate(dir, "a"))).isEmpty();
    assertThat(said(null, Stores.certificate(dir.resolve("a.pem"), dir.resolve("b.key"))))
        .containsExactly(
            "pools.app.tls.certificate.key: the key is not that of the certificate"
                + " (expected: the private key of "
                + dir.resolve("a.pem")
                + ")");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1,      , 10.0.0.1,   false",
    "a.internal,    , a.internal, true",
    "::1,           , ::1,        false",
    "10.0.0.1, b.internal, b.internal, true",
    "a.internal, 10.0.0.9, 10.0.0.9, false",
  })
  void whoIsAskedFor(String host, @Nullable String name, String wanted, boolean sni) {
    for (SslProvider provider : List.of(SslProvider.OPENSSL_REFCNT, SslProvider.JDK)) {
      SslHandler handler = handler(pool(name, null, Verify.FULL, null), host, provider);
      SSLParameters parameters = handler.engine().getSSLParameters();
      assertThat(handler.engine().getPeerHost()).isEqualTo(wanted);
      assertThat(parameters.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
      assertThat(Objects.requireNonNullElse(parameters.getServerNames(), List.of()))
          .isEqualTo(sni ? List.of(new SNIHostName(wanted)) : List.of());
      ReferenceCountUtil.release(handler.engine());
    }
  }

  private SslHandler handler(PoolConfig config, String host, SslProvider provider) {
    UpstreamTls tls =
        Objects.requireNonNull(
            UpstreamTls.compile(
                config, Stores.now(), new TlsLibrary(provider, null), problems, warnings));
    try (tls) {
      return tls.newHandler(
          UnpooledByteBufAllocator.DEFAULT, InetSocketAddress.createUnresolved(host, 443), 0);
    }
  }
}
