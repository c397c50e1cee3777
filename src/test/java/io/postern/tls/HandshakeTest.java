package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.tls.CertificateAuthority.Issued;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which certificate a client is given, told by the JDK's own TLS as the client. */
class HandshakeTest {

  private static final String[] RSA_ONLY = {"rsa_pss_rsae_sha256", "rsa_pkcs1_sha256"};
  private static final String[] ECDSA_ONLY = {"ecdsa_secp256r1_sha256"};

  @TempDir static Path dir;
  private static final CertificateAuthority CA = CertificateAuthority.create("CA");

  /** A client that knows no ECDSA could not verify what an authority on a curve had signed. */
  private static final CertificateAuthority RSA_CA =
      CertificateAuthority.create("RSA CA", KeyType.RSA, Stores::now);

  private static Issued defaultEcdsa;
  private static Issued defaultRsa;
  private static Issued wildcard;
  private static Issued both;
  private static Issued bothRsa;
  private static ListenerTls store;
  private static HandshakeServer server;

  @BeforeAll
  static void start() throws Exception {
    defaultRsa = issue("default-rsa", KeyType.RSA, "default.example.com");
    defaultEcdsa = issue("default-ecdsa", KeyType.ECDSA, "default.example.com", "127.0.0.1");
    wildcard = issue("wildcard", KeyType.ECDSA, "*.cp.example.com");
    both = issue("both", KeyType.ECDSA, "api.cp.example.com");
    bothRsa = issue("both-rsa", KeyType.RSA, "api.cp.example.com");
    store = Stores.ready(config(Version.TLSV1_2));
    server = new HandshakeServer(store);
  }

  private static TlsConfig config(Version minVersion) {
    return Stores.config(
        minVersion,
        Stores.certificate(dir, "default-rsa"),
        Stores.certificate(dir, "wildcard"),
        Stores.certificate(dir, "both-rsa"),
        Stores.certificate(dir, "both"),
        Stores.certificate(dir, "default-ecdsa"));
  }

  private static Issued issue(String file, KeyType type, String... names) throws Exception {
    Issued issued = (type == KeyType.RSA ? RSA_CA : CA).issue(type, List.of(names));
    issued.writeTo(dir, file);
    return issued;
  }

  @AfterAll
  static void stop() {
    server.close();
    store.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void theVeryHostComesBeforeTheWildcard(String version) throws Exception {
    JdkClient.Seen seen =
        client(version).host("api.cp.example.com").verifyingHost().connect(server.port());

    assertThat(seen.certificate()).isEqualTo(both.certificate());
    assertThat(seen.version()).isEqualTo(version);
  }

  @Test
  void aWildcardStandsForOneLabel() throws Exception {
    JdkClient.Seen seen =
        client().host("other.cp.example.com").verifyingHost().connect(server.port());

    assertThat(seen.certificate()).isEqualTo(wildcard.certificate());
    assertThat(client().host("a.b.cp.example.com").connect(server.port()).certificate())
        .isEqualTo(defaultEcdsa.certificate());
    assertThat(client().host("cp.example.com").connect(server.port()).certificate())
        .isEqualTo(defaultEcdsa.certificate());
  }

  @Test
  void caseOfTheHostDoesNotMatter() throws Exception {
    assertThat(client().host("API.cp.Example.com").connect(server.port()).certificate())
        .isEqualTo(both.certificate());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void withoutSniTheDefaultServesWithTheKeyThatTheClientCanUse(String version) throws Exception {
    server.selected.clear();
    assertThat(client(version).connect(server.port()).certificate())
        .isEqualTo(defaultEcdsa.certificate());
    assertThat(server.selected.take().keyType()).isEqualTo(KeyType.ECDSA);

    assertThat(client(version).signatures(RSA_ONLY).connect(server.port()).certificate())
        .isEqualTo(defaultRsa.certificate());
    assertThat(server.selected.take().keyType()).isEqualTo(KeyType.RSA);
  }

  @Test
  void anUnknownHostIsServedTheDefault() throws Exception {
    assertThat(client().host("stranger.example.net").connect(server.port()).certificate())
        .isEqualTo(defaultEcdsa.certificate());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aClientWithoutEcdsaIsServedRsa(String version) throws Exception {
    assertThat(
            client(version)
                .host("api.cp.example.com")
                .signatures(RSA_ONLY)
                .connect(server.port())
                .certificate())
        .isEqualTo(bothRsa.certificate());
    assertThat(
            client(version)
                .host("api.cp.example.com")
                .signatures(ECDSA_ONLY)
                .connect(server.port())
                .certificate())
        .isEqualTo(both.certificate());
  }

  @Test
  void tls12TellsTheKindOfKeyByCipherSuite() throws Exception {
    JdkClient rsa =
        client("TLSv1.2")
            .host("api.cp.example.com")
            .ciphers("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");

    JdkClient.Seen seen = rsa.connect(server.port());
    assertThat(seen.certificate()).isEqualTo(bothRsa.certificate());
    assertThat(seen.cipher()).isEqualTo("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
  }

  @Test
  void tls12TellsTheCurveByGroups() throws Exception {
    assertThat(
            client("TLSv1.2")
                .host("api.cp.example.com")
                .groups("secp384r1")
                .connect(server.port())
                .certificate())
        .isEqualTo(bothRsa.certificate());
  }

  @ParameterizedTest
  @CsvSource({"h2 http/1.1,h2", "http/1.1 h2,h2", "http/1.1,http/1.1", "spdy/3,null", ",null"})
  void alpnPrefersHttp2AndRefusesNobody(String offered, String agreed) throws Exception {
    String[] protocols = offered == null ? new String[0] : offered.split(" ");
    assertThat(client().alpn(protocols).connect(server.port()).line())
        .isEqualTo("TLSv1.3 " + agreed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"})
  void weakSuitesAreRefused(String suite) throws Exception {
    JdkClient weak = client("TLSv1.2").ciphers(suite);
    assertThatExceptionOfType(SSLException.class).isThrownBy(() -> weak.connect(server.port()));
  }

  @ParameterizedTest
  @CsvSource({"1,1000", "3,1000", "17,1", "100,7", "1000,1", "1000,1000"})
  void aClientHelloMayComeInPieces(int recordBytes, int segmentBytes) throws Exception {
    server.hellos.clear();
    JdkClient client =
        client("TLSv1.3", "TLSv1.2")
            .host("other.cp.example.com")
            .alpn("h2")
            .inPieces(recordBytes, segmentBytes);
    JdkClient.Seen seen = client.connect(server.port());

    assertThat(seen.certificate()).isEqualTo(wildcard.certificate());
    assertThat(seen.line()).isEqualTo("TLSv1.3 h2");
    byte[] body = server.hellos.take();
    assertThat(client.helloRecords).isEqualTo((4 + body.length + recordBytes - 1) / recordBytes);
    assertThat(ClientHello.parse(Unpooled.wrappedBuffer(body)).serverName())
        .isEqualTo("other.cp.example.com");
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"OPENSSL_REFCNT", "JDK"})
  void minVersionRefusesOlderOnes(SslProvider provider) throws Exception {
    try (ListenerTls strict = Stores.ready(config(Version.TLSV1_3), provider);
        HandshakeServer strictServer = new HandshakeServer(strict)) {
      JdkClient old = client("TLSv1.2");
      assertThatExceptionOfType(SSLException.class)
          .isThrownBy(() -> old.connect(strictServer.port()));
      assertThat(client("TLSv1.3", "TLSv1.2").connect(strictServer.port()).certificate())
          .isEqualTo(defaultEcdsa.certificate());
      assertThat(client("TLSv1.3").signatures(RSA_ONLY).connect(strictServer.port()).certificate())
          .isEqualTo(defaultRsa.certificate());
    }
  }

  @Test
  void theJdkServesTheSameWhereBoringSslIsMissing() throws Exception {
    try (ListenerTls jdk = Stores.ready(config(Version.TLSV1_2), SslProvider.JDK);
        HandshakeServer jdkServer = new HandshakeServer(jdk)) {
      JdkClient.Seen ecdsa =
          client("TLSv1.3").host("api.cp.example.com").alpn("h2").connect(jdkServer.port());
      assertThat(ecdsa.certificate()).isEqualTo(both.certificate());
      assertThat(ecdsa.line()).isEqualTo("TLSv1.3 h2");

      JdkClient.Seen rsa =
          client("TLSv1.2")
              .host("api.cp.example.com")
              .signatures(RSA_ONLY)
              .alpn("http/1.0")
              .connect(jdkServer.port());
      assertThat(rsa.certificate()).isEqualTo(bothRsa.certificate());
      assertThat(rsa.line()).isEqualTo("TLSv1.2 null");
      assertThat(rsa.cipher()).isEqualTo("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }
  }

  @Test
  void boringSslIsWhatServesHere() {
    assertThat(OpenSsl.isAvailable()).isTrue();
    assertThat(ServerContexts.provider()).isEqualTo(SslProvider.OPENSSL_REFCNT);
  }

  @Test
  void aClosedStoreHoldsNoNativeMemory() throws Exception {
    ListenerTls brief = Stores.ready(config(Version.TLSV1_2));
    try (HandshakeServer ownServer = new HandshakeServer(brief)) {
      client().connect(ownServer.port());
    }
    brief.close();

    assertThat(brief.store().certificates())
        .flatExtracting(ServerCertificate::contexts)
        .isNotEmpty()
        .extracting(ReferenceCountUtil::refCnt)
        .containsOnly(0);
  }

  @Test
  void theSelectedCertificateKnowsWhatItCovers() throws Exception {
    server.selected.clear();
    client().host("other.cp.example.com").connect(server.port());

    ServerCertificate selected = server.selected.take();
    assertThat(selected.covers(new AsciiString("x.cp.example.com"))).isTrue();
    assertThat(selected.covers(new AsciiString("default.example.com"))).isFalse();
    assertThat(selected.names()).containsExactly("*.cp.example.com");
  }

  private static JdkClient client(String... versions) throws Exception {
    JdkClient client = new JdkClient(CA, RSA_CA);
    return versions.length == 0 ? client : client.versions(versions);
  }
}
