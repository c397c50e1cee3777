package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.postern.http.ClientCertificate;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Field;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RecordingServer;
import io.postern.testkit.Scrape;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Bound;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients with certificates: those that are let in, and for each other the alert and the log. */
class ClientCertificateTest {

  private static final CertificateAuthority ROOT = CertificateAuthority.create("Clients");
  private static final CertificateAuthority ISSUING = ROOT.subordinate("Issuing");
  private static final CertificateAuthority STRANGER = CertificateAuthority.create("Stranger");
  private static final Issued GOOD = issue(ISSUING, -1, 1);
  private static final Issued REVOKED = issue(ISSUING, -1, 1);
  private static final Pattern ALERT = Pattern.compile("fatal alert: (\\w+)");

  @TempDir private Path directory;
  private final RecordingServer server = RecordingServer.start();
  private ProxyUnderTest proxy;

  /** What is wrong, which alert the client gets, and what the log says of it. */
  enum Bad {
    EXPIRED("certificate_expired", "CN=Postern expired at "),
    NOT_YET_VALID("certificate_expired", "CN=Postern is not valid before "),
    REVOKED("certificate_revoked", "was revoked at "),
    OF_A_STRANGER("unknown_ca", "CN=Stranger is none"),
    WITHOUT_ITS_ISSUER("unknown_ca", "or an issuer between them was not sent"),
    SELF_SIGNED("unknown_ca", "CN=Postern is self-signed and not trusted"),
    OF_A_WEAK_KEY("unsupported_certificate", "has a weak key, RSA of 1024 bits"),
    WITH_THE_CHAIN_OF_ANOTHER("unknown_ca", "CN=Postern leads to no authority"),
    OF_AN_ISSUER_WITHOUT_A_LIST("unknown_ca", "there is no CRL of CN=Unlisted"),
    OF_AN_ISSUER_FOR_SERVERS(
        "unsupported_certificate", "CN=Servers is not for clients, by its extended key usage"),
    BELOW_TOO_MANY_ISSUERS(
        "unknown_ca", "CN=Last may have no authority below it, by its basic constraints");

    final String alert;
    final String words;

    Bad(String alert, String words) {
      this.alert = alert;
      this.words = words;
    }

    private Issued certificate() throws GeneralSecurityException {
      return switch (this) {
        case EXPIRED -> issue(ISSUING, -2, -1);
        case NOT_YET_VALID -> issue(ISSUING, 1, 2);
        case REVOKED -> ClientCertificateTest.REVOKED;
        case OF_A_STRANGER -> issue(STRANGER, -1, 1);
        case WITHOUT_ITS_ISSUER -> new Issued(List.of(GOOD.certificate()), GOOD.key());
        case SELF_SIGNED ->
            CertificateAuthority.selfSigned(List.of("agent.example.test"), days(-1, 1));
        case OF_A_WEAK_KEY -> ISSUING.issue(weak(), List.of("agent.example.test"), days(-1, 1));
        case WITH_THE_CHAIN_OF_ANOTHER ->
            new Issued(
                List.of(issue(STRANGER, -1, 1).certificate(), ISSUING.caCertificate()), GOOD.key());
        case OF_AN_ISSUER_WITHOUT_A_LIST -> issue(ROOT.subordinate("Unlisted"), -1, 1);
        case OF_AN_ISSUER_FOR_SERVERS ->
            issue(ROOT.subordinate("Servers", Bound.SERVERS_ONLY), -1, 1);
        case BELOW_TOO_MANY_ISSUERS ->
            issue(
                ROOT.subordinate("Last", Bound.NO_AUTHORITY_BELOW).subordinate("One more"), -1, 1);
      };
    }
  }

  private static KeyPair weak() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    return generator.generateKeyPair();
  }

  private static Validity days(int from, int until) {
    Instant now = InstantSource.system().instant();
    return new Validity(now.plus(Duration.ofDays(from)), now.plus(Duration.ofDays(until)));
  }

  private static Issued issue(CertificateAuthority by, int from, int until) {
    return by.issue(KeyType.ECDSA, List.of("agent.example.test"), days(from, until));
  }

  @BeforeEach
  void start() throws IOException {
    ROOT.writeCa(directory.resolve("clients.pem"));
    ISSUING.writeRevoked(
        directory.resolve("issuing.crl"), List.of(REVOKED.certificate()), days(-1, 1));
    ROOT.writeRevoked(directory.resolve("root.crl"), List.of(), days(-1, 1));
    Files.writeString(
        directory.resolve("all.crl"),
        Files.readString(directory.resolve("issuing.crl"))
            + Files.readString(directory.resolve("root.crl")));
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls:
                  certificates: [@CERTIFICATES@]
                  trust: %1$s/clients.pem
                  crl: %1$s/all.crl
                  forwardClientCertificate: true
                  hosts:
                    - {names: [mine.example.test], clientAuth: required}
                    - {names: [any.example.test], clientAuth: optional}
                    - {names: [new.example.test], minVersion: TLSv1.3}
            routes:
              - {name: all, pool: app}
            pools:
              app: {servers: [{address: "127.0.0.1:%2$d"}]}
            admin: {bind: 127.0.0.1:0}
            process: {eventLoops: 1}
            """
                .formatted(directory, server.address().getPort()));
  }

  @AfterEach
  void stop() {
    proxy.close();
    server.close();
  }

  private static ClientTls tls(String host) {
    return ClientTls.of(ProxyUnderTest.authority(), host, "http/1.1");
  }

  private Answer get(String host, ClientTls tls) {
    try (RawClient client = RawClient.connect(proxy.address(), tls)) {
      return client.get("/", host);
    }
  }

  /** The alert that a client is sent, which with TLS 1.3 comes after its own last flight. */
  private String alert(ClientTls tls) {
    try (RawClient client = RawClient.connect(proxy.address(), tls)) {
      return fail("a connection of %s: %s", client.session().getProtocol(), client.readToEnd());
    } catch (UncheckedIOException refused) {
      Matcher found = ALERT.matcher(String.valueOf(refused.getMessage()));
      assertThat(found.find()).as("an alert, not %s", refused).isTrue();
      return found.group(1);
    }
  }

  private double failures(String why) {
    return Scrape.of(proxy.admin())
        .value("postern_tls_handshake_failures_total{listener=\"edge\",why=\"" + why + "\"}");
  }

  /** The alert goes out before it is counted. */
  private void awaitFailures(String why, double count) {
    Await.until(why + " " + count, () -> failures(why) == count);
  }

  private List<String> seen(String field) {
    return Field.values(server.take().getFirst().fields(), field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void aGoodOneIsToldToTheServerAndTheLog(String version) {
    ClientTls tls = tls("mine.example.test").versions(version).showing(GOOD);
    assertThat(get("mine.example.test", tls).status()).isEqualTo(200);
    List<Field> told =
        server.take().getFirst().fields().stream()
            .filter(each -> each.name().startsWith("x-postern-certificate-"))
            .toList();
    ClientCertificate logged =
        Objects.requireNonNull(
            Objects.requireNonNull(proxy.record().connection.tls()).clientCertificate());
    String serial = GOOD.certificate().getSerialNumber().toString(16);
    assertThat(logged.subject()).isEqualTo("CN=Postern");
    assertThat(logged.names()).containsExactly("DNS:agent.example.test");
    assertThat(logged.serial()).isEqualTo(serial);
    assertThat(told)
        .containsExactlyInAnyOrder(
            new Field("x-postern-certificate-subject", "CN=Postern"),
            new Field("x-postern-certificate-names", "DNS:agent.example.test"),
            new Field("x-postern-certificate-serial", serial),
            new Field("x-postern-certificate-fingerprint", logged.fingerprint()));
  }

  /** RFC 9440 §2.2: the certificate as a byte sequence (RFC 8941 §3.3.5). */
  @Test
  void theWholeOneIsInClientCert() throws GeneralSecurityException {
    get("mine.example.test", tls("mine.example.test").showing(GOOD));
    String expected =
        ":" + Base64.getEncoder().encodeToString(GOOD.certificate().getEncoded()) + ":";
    assertThat(seen("client-cert")).containsExactly(expected);
  }

  @Test
  void whatAClientSaysOfItselfIsDropped() {
    try (RawClient client = RawClient.connect(proxy.address(), tls("any.example.test"))) {
      Answer answer =
          client
              .send(
                  """
                  GET / HTTP/1.1
                  Host: any.example.test
                  Client-Cert: :AAAA:
                  Client_Cert: :AAAA:
                  Client-Cert-Chain: :AAAA:
                  X-Postern-Certificate-Names: DNS:root
                  X-Postern-Certificate-Serial: 1

                  """
                      .replace("\n", "\r\n"))
              .readAnswer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(server.take().getFirst().fields())
          .noneMatch(field -> field.name().contains("cert"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBadOneGetsItsAlertAndItsLine(Bad bad) throws GeneralSecurityException {
    try (LogLines log = LogLines.of("io.postern.listener")) {
      double before = failures("certificate-refused");
      for (String version : List.of("TLSv1.3", "TLSv1.2")) {
        ClientTls tls = tls("mine.example.test").versions(version).showing(bad.certificate());
        assertThat(alert(tls)).as(version).isEqualTo(bad.alert);
      }
      assertThat(log.await("is not accepted: ", 2))
          .allMatch(
              line ->
                  line.contains("127.0.0.1, which asked for mine.example.test, is not accepted: ")
                      && line.contains(bad.words));
      awaitFailures("certificate-refused", before + 2);
    }
  }

  @Test
  void noneIsMissedWhereOneIsRequired() {
    double before = failures("certificate-missing");
    assertThat(alert(tls("mine.example.test").versions("TLSv1.3")))
        .isEqualTo("certificate_required");
    assertThat(alert(tls("mine.example.test").versions("TLSv1.2"))).isEqualTo("handshake_failure");
    awaitFailures("certificate-missing", before + 2);
  }

  @Test
  void whereItIsOptionalNoneWillDoButNotABadOne() throws GeneralSecurityException {
    assertThat(get("any.example.test", tls("any.example.test")).status()).isEqualTo(200);
    assertThat(get("any.example.test", tls("any.example.test").showing(GOOD)).status())
        .isEqualTo(200);
    ClientTls expired = tls("any.example.test").showing(Bad.EXPIRED.certificate());
    assertThat(alert(expired)).isEqualTo("certificate_expired");
  }

  /** Of the same certificate of ours, so that only what is asked of the client differs. */
  @ParameterizedTest
  @CsvSource({
    "open.example.test, mine.example.test, 421",
    "open.example.test, any.example.test, 421",
    "any.example.test, mine.example.test, 421",
    "any.example.test, open.example.test, 200",
    "new.example.test, open.example.test, 200",
  })
  void aStricterHostIsMisdirected(String connected, String asked, int status) {
    try (RawClient client = RawClient.connect(proxy.address(), tls(connected))) {
      assertThat(client.get("/", asked).status()).isEqualTo(status);
    }
  }

  @Test
  void whatWasShownCountsForTheOtherHostsOfTheSameAuthority() {
    ClientTls tls = tls("any.example.test").showing(GOOD);
    try (RawClient client = RawClient.connect(proxy.address(), tls)) {
      assertThat(client.get("/", "mine.example.test").status()).isEqualTo(200);
    }
  }

  @Test
  void anOlderVersionIsMisdirectedWhereANewerIsAsked() {
    ClientTls older = tls("open.example.test").versions("TLSv1.2");
    try (RawClient client = RawClient.connect(proxy.address(), older)) {
      assertThat(client.get("/", "new.example.test").status()).isEqualTo(421);
    }
    ClientTls newer = tls("open.example.test").versions("TLSv1.3");
    try (RawClient client = RawClient.connect(proxy.address(), newer)) {
      assertThat(client.get("/", "new.example.test").status()).isEqualTo(200);
    }
    assertThat(alert(tls("new.example.test").versions("TLSv1.2"))).isEqualTo("protocol_version");
  }

  /** A client that names no host is served any that asks for no more. */
  @Test
  void withoutSniOnlyWhatIsStricterIsMisdirected() {
    ClientTls silent = ClientTls.of(ProxyUnderTest.authority(), null, "http/1.1");
    try (RawClient client = RawClient.connect(proxy.address(), silent)) {
      assertThat(client.get("/", "elsewhere.test").status()).isEqualTo(200);
      assertThat(client.get("/", "mine.example.test").status()).isEqualTo(421);
    }
  }
}
