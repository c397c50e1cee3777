package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndOnAccept;
import io.postern.testkit.Behaviour.SayOnAccept;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerTls;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS handshakes with servers that come to nothing, and those of every kind that succeed. */
class ServerHandshakeTest {

  private static String failed(ScriptedServer server, String tls, String timeouts) {
    try (server;
        ProxyUnderTest proxy = TlsPool.proxy(tls, timeouts, "localhost", server.port());
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().text()).startsWith("server-handshake: ");
      ExchangeRecord record = Ended.badly(proxy, 503, "SC", Reason.SERVER_HANDSHAKE);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      assertThat(proxy.server("app", 0).inFlight()).isZero();
      assertThat(server.awaitConnection(0).ending())
          .isIn(Ending.CLOSED_BY_PEER, Ending.BROKEN_BY_PEER, Ending.RESET_BY_SCRIPT);
      return Objects.requireNonNull(record.fault).detail();
    }
  }

  private static String trusted() {
    return "trust: " + TlsPool.TRUST;
  }

  private static ScriptedServer ending(End end) {
    return ScriptedServer.start().onConnections(new EndOnAccept(end));
  }

  @Test
  void aServerThatSpeaksPlainHttp() {
    assertThat(failed(speakingPlainHttp(), trusted(), ""))
        .isEqualTo("the server does not speak TLS");
  }

  private static ScriptedServer speakingPlainHttp() {
    return ScriptedServer.start()
        .onConnections(
            new SayOnAccept("HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\n\r\nplain"));
  }

  /** Five bytes that could be a record of TLS, and more that cannot. */
  @Test
  void aServerThatSpeaksNonsense() {
    ScriptedServer server = ScriptedServer.start();
    server.onConnections(new SayOnAccept("\u0016\u0003\u0003\u0000\u0010" + "x".repeat(500)));
    assertThat(failed(server, trusted(), "")).isEqualTo("TLS: excessive message size");
  }

  @Test
  void aServerThatNeverAnswersTheHello() {
    assertThat(failed(ending(End.STALL), trusted(), "connect: 200ms"))
        .isEqualTo("the handshake did not end within 200 ms of the connect");
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSE", "RESET"})
  void aServerThatLeaves(End end) {
    assertThat(failed(ending(end), trusted(), "")).isEqualTo("the server closed the connection");
  }

  @Test
  void aServerThatIsTooOld() {
    ServerTls old = ServerTls.of(TlsPool.issued("localhost")).versions("TLSv1.2");
    assertThat(failed(ScriptedServer.start(old), trusted() + ", minVersion: TLSv1.3", ""))
        .isEqualTo("the server sent the alert protocol_version (no version in common)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void eachVersionIsSpoken(String version) {
    ServerTls only = ServerTls.of(TlsPool.issued("localhost")).versions(version);
    try (ScriptedServer server = ScriptedServer.start(only);
        ProxyUnderTest proxy = TlsPool.proxy(server.port());
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().text()).isEqualTo("ok");
      assertThat(server.awaitConnection(0).session().getProtocol()).isEqualTo(version);
      assertThat(client.get("/").answer().text()).isEqualTo("ok");
      assertThat(server.connections()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aServerThatWantsACertificateGetsIt(String version, @TempDir Path dir) throws Exception {
    CertificateAuthority clients = CertificateAuthority.create("Client CA");
    Issued ours = clients.issue(KeyType.ECDSA, List.of("proxy.test"));
    ours.writeTo(dir, "proxy");
    String tls =
        trusted()
            + ", certificate: {chain: %s, key: %s}"
                .formatted(dir.resolve("proxy.pem"), dir.resolve("proxy.key"));
    try (ScriptedServer server = wantsACertificate(clients, version);
        ProxyUnderTest proxy = TlsPool.proxy(tls, "", "localhost", server.port());
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().text()).isEqualTo("ok");
      assertThat(server.awaitConnection(0).session().getPeerCertificates()[0])
          .isEqualTo(ours.certificate());
    }
  }

  private static ScriptedServer wantsACertificate(CertificateAuthority clients, String version) {
    return ScriptedServer.start(
        ServerTls.forClientsOf(clients, TlsPool.issued("localhost")).versions(version));
  }

  @Test
  void aServerThatWantsACertificateAndGetsNone() {
    CertificateAuthority clients = CertificateAuthority.create("Client CA");
    assertThat(failed(wantsACertificate(clients, "TLSv1.2"), trusted(), ""))
        .startsWith("the server sent the alert ");
  }

  /** The client of TLS 1.3 has ended its handshake before the server looks at its certificate. */
  @Test
  void aServerOfTls13ThatWantsACertificateAndGetsNone() {
    CertificateAuthority clients = CertificateAuthority.create("Client CA");
    try (ScriptedServer server = wantsACertificate(clients, "TLSv1.3");
        ProxyUnderTest proxy = TlsPool.proxy(server.port());
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().status()).isEqualTo(502);
      Fault fault = Ended.badly(proxy, 502, "SH", Reason.SERVER_RESET).fault;
      assertThat(Objects.requireNonNull(fault).detail())
          .isEqualTo(
              "IOException: the server sent the alert certificate_required (it wants a certificate"
                  + " of ours)");
      assertThat(server.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void anotherServerAnswersInTime(Protocol protocol) throws IOException {
    try (ScriptedServer silent = ending(End.STALL);
        ScriptedServer plain = speakingPlainHttp();
        ScriptedServer good = TlsPool.server("localhost");
        ProxyUnderTest proxy =
            TlsPool.proxy(
                trusted(), "connect: 1s", "localhost", silent.port(), plain.port(), good.port());
        Caller client = protocol.connect(proxy)) {
      int attempts = 0;
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").answer().text()).isEqualTo("ok");
        attempts += Ended.well(proxy).attempts;
      }
      assertThat(attempts).isEqualTo(6);
      assertThat(proxy.server("app", 2).faults()).isZero();
    }
  }
}
