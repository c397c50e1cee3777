package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.ClientTls;
import io.postern.testkit.OpensslClient;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Scrape;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener, and a host of it, may be set to; and the names that the library refuses. */
class TlsSettingsTest {

  private static final String CHACHA = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256";
  private static final String AES_256 = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";

  private static String config(String tls) {
    return """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls:
              certificates: [@CERTIFICATES@]
        %s
        routes:
          - {name: all, respond: {body: ok}}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
        .formatted(tls.indent(6));
  }

  private static ClientTls tls(@Nullable String host) {
    return ClientTls.of(ProxyUnderTest.authority(), host, "http/1.1");
  }

  private static void isServed(ProxyUnderTest proxy, @Nullable String host) {
    try (RawClient client = RawClient.connect(proxy.address(), tls(host))) {
      assertThat(client.get("/", "a.example.test").status()).isEqualTo(200);
    }
  }

  private static void isRefused(ProxyUnderTest proxy, @Nullable String host) {
    assertThatThrownBy(() -> RawClient.connect(proxy.address(), tls(host)))
        .hasMessageContaining("unrecognized_name");
  }

  @Test
  void withStrictSniOnlyKnownHostsAreServed() {
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config("strictSni: true"))) {
      isServed(proxy, "a.example.test");
      isRefused(proxy, "elsewhere.test");
      isRefused(proxy, null);
      String failures =
          "postern_tls_handshake_failures_total{listener=\"edge\",why=\"unknown-name\"}";
      assertThat(Scrape.of(proxy.admin()).value(failures)).isEqualTo(2);
    }
  }

  /** As health checks of load balancers, which name none. */
  @Test
  void withStrictSniAndADefaultThoseThatNameNoneAreServed() {
    String strict = "defaultCertificate: server.pem\nstrictSni: true";
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(strict))) {
      isServed(proxy, null);
      isRefused(proxy, "elsewhere.test");
    }
  }

  @Test
  void suitesOfTls12AreTheListenersOrTheHosts() {
    String settings =
        """
        ciphers: [%s]
        hosts: [{names: [b.example.test], ciphers: [%s]}]
        """
            .formatted(CHACHA, AES_256);
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(settings))) {
      assertThat(suite(proxy, "a.example.test")).isEqualTo(CHACHA);
      assertThat(suite(proxy, "b.example.test")).isEqualTo(AES_256);
      assertThat(
              OpensslClient.ask(
                  proxy.address(),
                  "a.example.test",
                  "-tls1_2",
                  "-cipher",
                  "ECDHE-ECDSA-AES128-GCM-SHA256"))
          .contains("handshake failure");
    }
  }

  private static String suite(ProxyUnderTest proxy, String host) {
    try (RawClient client = RawClient.connect(proxy.address(), tls(host).versions("TLSv1.2"))) {
      return client.session().getCipherSuite();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void groupsAreTheListenersOrTheHosts(String version) {
    String settings =
        """
        groups: [P-384, X25519]
        hosts: [{names: [b.example.test], groups: [P-521]}]
        """;
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(settings))) {
      assertThat(OpensslClient.ask(proxy.address(), "a.example.test", version))
          .contains("Server Temp Key: ECDH, secp384r1");
      assertThat(
              OpensslClient.ask(
                  proxy.address(), "b.example.test", version, "-groups", "P-256:P-521"))
          .contains("Server Temp Key: ECDH, secp521r1");
      assertThat(OpensslClient.ask(proxy.address(), "b.example.test", version, "-groups", "X25519"))
          .contains("handshake failure");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ciphers: [TLS_AES_128_GCM_SHA256]     | ciphers[0]: TLS_AES_128_GCM_SHA256 is of TLS 1.3, whose suites cannot be chosen
          ciphers: [TLS_RSA_WITH_RC4_128_SHA]   | ciphers[0]: TLS_RSA_WITH_RC4_128_SHA is no suite of TLS 1.2 that is served (expected: one of TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
          groups: [X25519, ffdhe2048]           | groups[1]: ffdhe2048 is not taken by BoringSSL (expected: one of X25519MLKEM768, X25519, P-256, P-384, P-521)
          groups: ['X25519:P-256']              | groups[0]: X25519:P-256 is not taken by BoringSSL
          clientAuth: required                  | trust: is missing, and clients are asked for certificates
          clientAuth: optional, trust: none.pem | none.pem does not exist
          hosts: [{names: ['[2001:db8::1]'], minVersion: TLSv1.3}] | hosts[0].names[0]: [2001:db8::1] is an address, which no client names
          hosts: [{names: [192.0.2.1], minVersion: TLSv1.3}] | hosts[0].names[0]: 192.0.2.1 is an address, which no client names
          trust: a.pem                          | trust: is given, and no client is asked for a certificate
          hosts: [{names: [a.test], trust: a.pem}] | hosts[0].trust: is given, and no client is asked for a certificate
          minVersion: TLSv1.3, hosts: [{names: [a.test], minVersion: TLSv1.2}] | hosts[0].minVersion: is less strict than the listener's
          hosts: [{names: [a.test]}, {names: [b.test, a.test]}] | hosts[1].names[1]: a.test stands here twice
          """)
  void whatCannotBeIsAProblem(String settings, String problem) {
    assertThat(problems(settings)).singleElement().asString().contains(problem);
  }

  private static List<String> problems(String settings) {
    return ProxyUnderTest.problems(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@], %s}}
        routes:
          - {name: all, respond: {body: ok}}
        """
            .formatted(settings));
  }
}
