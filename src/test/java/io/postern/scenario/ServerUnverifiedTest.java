package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerTls;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import io.postern.tls.KeyType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which certificates of servers are accepted, and what is said of those that are not. */
class ServerUnverifiedTest {

  private final Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.DAYS);

  private static void accepted(Issued issued, String tls, String host) {
    try (ScriptedServer server = ScriptedServer.start(ServerTls.of(issued));
        ProxyUnderTest proxy = TlsPool.proxy(tls, "", host, server.port());
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().text()).isEqualTo("ok");
      Ended.well(proxy);
      assertThat(proxy.server("app", 0).lastConnectFault()).isNull();
      assertThat(server.awaitConnection(0).protocol()).isEqualTo("http/1.1");
    }
  }

  private static String refused(Issued issued, String tls, String host) {
    try (ScriptedServer server = ScriptedServer.start(ServerTls.of(issued));
        ProxyUnderTest proxy = TlsPool.proxy(tls, "", host, server.port());
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().status()).isEqualTo(503);
      ExchangeRecord record = Ended.badly(proxy, 503, "SC", Reason.SERVER_UNVERIFIED);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      Fault fault = Objects.requireNonNull(record.fault);
      assertThat(Objects.requireNonNull(proxy.server("app", 0).lastConnectFault()).fault())
          .isEqualTo(fault);
      assertThat(server.requests()).isEmpty();
      return fault.detail();
    }
  }

  private static String trusted() {
    return "trust: " + TlsPool.TRUST;
  }

  private static Issued issued(Instant from, Instant until) {
    return TlsPool.AUTHORITY.issue(KeyType.ECDSA, List.of("localhost"), new Validity(from, until));
  }

  @Test
  void aGoodOneIsAccepted() {
    accepted(TlsPool.issued("localhost"), trusted(), "localhost");
    accepted(
        TlsPool.AUTHORITY.issue(KeyType.RSA, List.of("other", "localhost")),
        trusted(),
        "localhost");
  }

  @Test
  void theNameOfTheConfigIsTheOneThatCounts() {
    Issued api = TlsPool.issued("api.internal");
    accepted(api, trusted() + ", serverName: api.internal", "localhost");
    accepted(TlsPool.issued("*.internal"), trusted() + ", serverName: api.internal", "127.0.0.1");
    assertThat(refused(api, trusted() + ", serverName: www.internal", "localhost"))
        .isEqualTo("it is not for www.internal, but for api.internal");
  }

  @Test
  void anAddressIsLookedForAmongAddresses() {
    accepted(TlsPool.issued("127.0.0.1"), trusted(), "127.0.0.1");
    assertThat(refused(TlsPool.issued("127.0.0.2", "localhost"), trusted(), "127.0.0.1"))
        .isEqualTo("it is not for 127.0.0.1, but for 127.0.0.2, localhost");
  }

  @Test
  void aWrongName() {
    assertThat(refused(TlsPool.issued("a.test", "*.b.test"), trusted(), "localhost"))
        .isEqualTo("it is not for localhost, but for a.test, *.b.test");
  }

  @Test
  void theCommonNameNamesNobody() {
    String nobody = "nobody: it has no subject alternative names";
    assertThat(refused(TlsPool.issued(), trusted() + ", serverName: postern", "localhost"))
        .isEqualTo("it is for " + nobody);
    assertThat(refused(TlsPool.issued(), trusted(), "localhost"))
        .isEqualTo("it is not for localhost, but for " + nobody);
  }

  @Test
  void manyNamesAreNotAllShown() {
    String[] names = new String[50];
    for (int i = 0; i < names.length; i++) {
      names[i] = "host-" + i + ".test";
    }
    assertThat(refused(TlsPool.issued(names), trusted(), "localhost"))
        .endsWith("host-9.test and others")
        .doesNotContain("host-10.test");
  }

  @Test
  void anExpiredOne() {
    Issued expired = issued(now.minus(30, ChronoUnit.DAYS), now.minus(1, ChronoUnit.DAYS));
    assertThat(refused(expired, trusted(), "localhost"))
        .isEqualTo("CN=Postern expired at " + now.minus(1, ChronoUnit.DAYS));
    accepted(expired, "verify: none", "localhost");
  }

  @Test
  void oneThatIsNotYetValid() {
    Issued early = issued(now.plus(2, ChronoUnit.DAYS), now.plus(30, ChronoUnit.DAYS));
    assertThat(refused(early, trusted(), "localhost"))
        .isEqualTo("CN=Postern is not valid before " + now.plus(2, ChronoUnit.DAYS));
  }

  @Test
  void anUnknownAuthority() {
    CertificateAuthority other = CertificateAuthority.create("Other CA");
    Issued strange = other.issue(KeyType.ECDSA, List.of("localhost"));
    assertThat(refused(strange, trusted(), "localhost"))
        .isEqualTo("unknown authority: CN=Other CA");
    assertThat(refused(strange, "", "localhost")).isEqualTo("unknown authority: CN=Other CA");
    accepted(strange, "verify: none", "localhost");
    accepted(strange, "verify: none", "127.0.0.1");
  }

  @Test
  void anIntermediateThatTheServerSends() {
    CertificateAuthority below = TlsPool.AUTHORITY.subordinate("Below CA");
    Issued issued = below.issue(KeyType.ECDSA, List.of("localhost"));
    accepted(issued, trusted(), "localhost");
    Issued alone = new Issued(List.of(issued.certificate()), issued.key());
    assertThat(refused(alone, trusted(), "localhost")).isEqualTo("unknown authority: CN=Below CA");
    accepted(alone, "trust: " + TlsPool.written(below), "localhost");
  }

  @Test
  void itIsLoggedOnceAndOnceWhenItIsAcceptedAgain() {
    ScriptedServer strange = TlsPool.server("a.test");
    int port = strange.port();
    try (LogLines log = LogLines.of("io.postern.upstream.Connecting");
        ProxyUnderTest proxy = TlsPool.proxy(port);
        Caller client = Protocol.H1.connect(proxy)) {
      String server = "server localhost:" + port;
      String refused =
          server
              + ": its certificate is refused from now on: it is not for localhost, but for a.test";
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").answer().status()).isEqualTo(503);
      }
      assertThat(log.all()).containsExactly(refused);
      strange.close();
      assertThat(client.get("/").answer().text()).startsWith("server-refused: ");
      try (ScriptedServer good = TlsPool.server(port, "localhost")) {
        assertThat(client.get("/").answer().status()).isEqualTo(200);
        assertThat(client.get("/").answer().status()).isEqualTo(200);
        assertThat(good.connections()).hasSize(1);
      }
      assertThat(log.all())
          .containsExactly(refused, server + ": its certificate is accepted again");
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void anotherServerAnswers(Protocol protocol) {
    Content content = Content.ofSize(300_000);
    try (ScriptedServer strange = TlsPool.server("a.test");
        ScriptedServer good = TlsPool.server("localhost");
        ProxyUnderTest proxy = TlsPool.proxy(strange.port(), good.port());
        Caller client = protocol.connect(proxy)) {
      int attempts = 0;
      for (int i = 0; i < 4; i++) {
        assertThat(client.post("/", content).answer().status()).isEqualTo(200);
        ExchangeRecord record = Ended.well(proxy);
        assertThat(record.server).isEqualTo("localhost:" + good.port());
        assertThat(good.awaitRequest(i).content().isAllOf(content)).isTrue();
        attempts += record.attempts;
      }
      assertThat(attempts).isEqualTo(6);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(2);
      assertThat(proxy.server("app", 1).faults()).isZero();
      assertThat(proxy.server("app", 0).inFlight()).isZero();
      assertThat(strange.requests()).isEmpty();
    }
  }
}
