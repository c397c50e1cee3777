package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections: how long they may be idle or silent, how many there may be, and without TLS. */
class ListenerTest {

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String listener) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", %s}
        routes: [{name: all, pool: app}]
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(listener, server.port()));
  }

  private ProxyUnderTest proxy(String timeouts, int connections) {
    return proxy(
        "limits: {connections: %d}, timeouts: {%s}, tls: {certificates: [@CERTIFICATES@]}"
            .formatted(connections, timeouts));
  }

  @ParameterizedTest
  @EnumSource
  void anIdleConnectionIsClosed(Version version) {
    try (ProxyUnderTest proxy = proxy("idle: 1s", 10);
        Client client = version.connect(proxy)) {
      assertThat(client.get("/").status()).isEqualTo(200);
      Verdict.served(proxy, 200);
      Await.until("the end of the connection", () -> proxy.runtime().openConnections() == 0);
      assertThat(proxy.hasNoRecord()).as("nothing was lost").isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatNeverAsksIsClosed(Version version) {
    try (ProxyUnderTest proxy = proxy("idle: 200ms", 10);
        Client client = version.connect(proxy)) {
      Await.until("the end of the connection", () -> proxy.runtime().openConnections() == 0);
      assertThat(proxy.hasNoRecord()).isTrue();
      assertThat(client.connection().local()).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionWithARequestIsNotIdle(Version version) {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("idle: 1s", 10);
        Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitRequest(0);
      try (Client other = version.connect(proxy)) {
        Await.until("the other is closed", () -> proxy.runtime().openConnections() == 1);
        assertThat(other.connection().local()).isNotEqualTo(client.connection().local());
      }
      gate.open();
      assertThat(call.answer().text()).isEqualTo("late");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\u0016\u0003\u0001\u0002", "GET / HTTP/1.1\r\n\r\n"})
  void whoDoesNotShakeHandsIsClosed(String sent) {
    try (ProxyUnderTest proxy = proxy("handshake: 200ms", 10);
        RawClient client = RawClient.connect(proxy.address())) {
      client.send(sent);
      if (sent.length() < 5) {
        assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
      } else {
        Await.until("the end of the connection", () -> proxy.runtime().openConnections() == 0);
      }
      assertThat(proxy.hasNoRecord()).isTrue();
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosed() {
    try (ProxyUnderTest proxy = proxy("", 2);
        Client first = Version.H1.connect(proxy)) {
      try (Client second = Version.H2.connect(proxy);
          RawClient third = RawClient.connect(proxy.address())) {
        assertThat(third.awaitEnding()).isEqualTo(Ending.CLOSED);
        assertThat(second.get("/").status()).isEqualTo(200);
        assertThat(first.get("/").status()).isEqualTo(200);
      }
      Await.until("room", () -> proxy.runtime().openConnections() == 1);
      try (Client fourth = Version.H1.connect(proxy)) {
        assertThat(fourth.get("/").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void aPlainListenerSpeaksHttp1() {
    try (ProxyUnderTest proxy = proxy("limits: {connections: 10}");
        RawClient client = RawClient.connect(proxy.address())) {
      assertThat(client.get("/", "any.test").text()).isEqualTo("ok");
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-forwarded-proto")).isEqualTo("http");
      assertThat(head.field("forwarded")).endsWith("proto=http");
      assertThat(proxy.record().connection.tls()).isNull();
    }
  }

  /** The preface of HTTP/2 is a request of a version that is not spoken there. */
  @Test
  void aPlainListenerDoesNotSpeakHttp2() {
    try (ProxyUnderTest proxy = proxy("limits: {connections: 10}");
        RawClient client = RawClient.connect(proxy.address())) {
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThat(client.readAnswer().status()).isEqualTo(505);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void bothVersionsOfTlsAreServed(String version) {
    try (ProxyUnderTest proxy = proxy("", 10)) {
      for (String alpn : List.of("http/1.1", "h2")) {
        ClientTls tls =
            ClientTls.of(ProxyUnderTest.authority(), Version.HOST, alpn).versions(version);
        try (RawClient client = RawClient.connect(proxy.address(), tls)) {
          assertThat(client.session().getProtocol()).isEqualTo(version);
          assertThat(client.protocol()).isEqualTo(alpn);
          Answer answer =
              alpn.equals("h2")
                  ? H2Client.over(client).get(Version.HOST, "/").answer()
                  : client.get("/", Version.HOST);
          assertThat(answer.text()).isEqualTo("ok");
          assertThat(proxy.record().connection.tls())
              .extracting(TlsSession::version)
              .isEqualTo(version);
        }
      }
    }
  }

  @Test
  void withoutAlpnHttp1IsSpoken() {
    try (ProxyUnderTest proxy = proxy("", 10);
        RawClient client =
            RawClient.connect(
                proxy.address(), ClientTls.of(ProxyUnderTest.authority(), Version.HOST))) {
      assertThat(client.get("/", Version.HOST).text()).isEqualTo("ok");
    }
  }
}
