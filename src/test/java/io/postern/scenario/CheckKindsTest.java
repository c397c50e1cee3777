package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the kinds of checks ask, and what each takes for good. */
class CheckKindsTest {

  private static final String HTTP = "type: http, interval: 1h, timeout: 5s, ";

  /** What the first check found; an empty text where all was well. */
  private static String found(String active, InetSocketAddress at) {
    try (ProxyUnderTest proxy = Checked.once(Checked.to(active, at))) {
      return found(proxy);
    }
  }

  private static String found(ProxyUnderTest proxy) {
    Server server = proxy.server("app", 0);
    assertThat(server.checksPassed() + server.checksFailed()).isOne();
    assertThat(server.isUp()).isEqualTo(server.state().reason().isEmpty());
    return server.state().reason();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "expectHeaders: {X-State: ready}; ''",
        "expectHeaders: {x-state: down}; the field x-state is not `down`",
        "expectHeaders: {server: {regex: 'a.*'}}; ''",
        "expectHeaders: {server: {regex: a}}; the field server is not matched by `a`",
        "expectHeaders: {x-drain: {present: false}, x-state: {present: true}}; ''",
        "expectHeaders: {x-state: {present: false}}; the field x-state is there",
        "expectHeaders: {x-drain: {present: true}}; the field x-drain is not there",
        "expectBody: is ready; ''",
        "expectBody: is down; the content does not contain `is down`",
        "expectBody: {regex: 'all.*dy'}; ''",
        "expectBody: {regex: ^is}; the content is not matched by `^is`",
        "'expectBody: ready, expect: 201'; status 200",
      })
  void looksAtFieldsAndContent(String expected, String reason) {
    Response answer = Response.of(200, "all is ready").with("X-State", "ready", "Server", "apache");
    try (ScriptedServer server = ScriptedServer.start(new Respond(answer))) {
      assertThat(found(HTTP + expected, server.address())).isEqualTo(reason);
    }
  }

  @Test
  void looksAtContentInPieces() {
    Response chunked = Response.of(200, Content.ofSize(60_000)).chunked("x-end", "1");
    try (ScriptedServer server = ScriptedServer.start(new Respond(chunked))) {
      assertThat(found(HTTP + "expectBody: {regex: .}", server.address())).isEmpty();
      assertThat(found(HTTP + "expectBody: nowhere", server.address()))
          .isEqualTo("the content does not contain `nowhere`");
    }
  }

  @Test
  void looksAtNoMoreThan64KiB() {
    Response much = Response.of(200, Content.ofSize(500_000_000));
    try (ScriptedServer server = ScriptedServer.start(new Respond(much))) {
      assertThat(found(HTTP + "expectBody: nowhere", server.address()))
          .isEqualTo("the content does not contain `nowhere`");
    }
  }

  @Test
  void noContentIsContentToo() {
    try (ScriptedServer server = ScriptedServer.start(new Respond(Response.of(200, "")))) {
      assertThat(found(HTTP + "expectBody: a", server.address()))
          .isEqualTo("the content does not contain `a`");
    }
  }

  @Test
  void contentThatIsBrokenOffOrStallsIsAFailure() {
    Response answer = Response.of(200, "all is ready");
    try (ScriptedServer cut = ScriptedServer.start(new Truncate(answer, 5, End.CLOSE));
        ScriptedServer still = ScriptedServer.start(new Truncate(answer, 5, End.STALL))) {
      assertThat(found(HTTP + "expectBody: all", cut.address())).startsWith("server-reset: ");
      String hasty = "type: http, interval: 1h, timeout: 400ms, expectBody: all";
      assertThat(found(hasty, still.address())).isEqualTo("no answer within 400 ms");
    }
  }

  @Test
  void asksWithMethodAndFields() {
    String active = HTTP + "method: OPTIONS, headers: {X-Check: 'yes', User-Agent: me}";
    try (ScriptedServer server = ScriptedServer.start()) {
      assertThat(found(active, server.address())).isEmpty();
      Request check = server.awaitRequest(0);
      assertThat(check.head().startLine()).isEqualTo("OPTIONS /healthz HTTP/1.1");
      assertThat(check.head().values("x-check")).containsExactly("yes");
      assertThat(check.head().values("user-agent")).containsExactly("me");
    }
  }

  @Test
  void asksElsewhere() {
    try (ScriptedServer health = ScriptedServer.start();
        ClosedPort closed = new ClosedPort()) {
      String there = "localhost:" + health.port();
      assertThat(found(HTTP + "address: '" + there + "'", closed.address())).isEmpty();
      assertThat(health.awaitRequest(0).head().values("host")).containsExactly(there);
      String host = HTTP + "address: 127.0.0.1";
      assertThat(found(host, closed.address())).isEqualTo("connection refused");
    }
  }

  private static ProxyUnderTest tls(String type, ScriptedServer server, String host) {
    return Checked.once(
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: all, pool: app}
            pools:
              app:
                tls: {trust: %s, serverName: %s}
                servers: [{address: "localhost:%d"}]
                health: {active: {type: %s, interval: 1h, timeout: 5s}}
            process: {eventLoops: 1}
            """
                .formatted(TlsPool.TRUST, host, server.port(), type)));
  }

  @Test
  void theHandshakeIsEnoughForTls() {
    try (ScriptedServer server = TlsPool.server("localhost");
        ProxyUnderTest proxy = tls("tls", server, "localhost")) {
      assertThat(found(proxy)).isEmpty();
      assertThat(server.awaitConnection(0).ending()).isNotNull();
      assertThat(server.requests()).isEmpty();
      assertThat(proxy.server("app", 0).handshakes(false)).isOne();
    }
  }

  @Test
  void aCertificateThatIsNotAcceptedIsAFailureOfTlsAndNotOfTcp() {
    try (ScriptedServer server = TlsPool.server("other.test")) {
      try (ProxyUnderTest proxy = tls("tls", server, "localhost")) {
        assertThat(found(proxy)).startsWith("server-unverified: ");
      }
      try (ProxyUnderTest proxy = tls("tcp", server, "localhost")) {
        assertThat(found(proxy)).isEmpty();
        assertThat(proxy.server("app", 0).lastConnectFault()).isNull();
      }
    }
  }

  /** What is found of a server that does this with the call. */
  private static String grpc(String service, Consumer<RawH2Connection> server) {
    try (RawH2Server raw = RawH2Server.start();
        ProxyUnderTest proxy =
            ProxyUnderTest.start(
                """
                listeners:
                  edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
                routes:
                  - {name: all, pool: app}
                pools:
                  app:
                    protocol: h2c
                    servers: [{address: "localhost:%d"}]
                    health: {active: {type: grpc, service: "%s", interval: 1h, timeout: 5s}}
                process: {eventLoops: 1}
                """
                    .formatted(raw.address().getPort(), service))) {
      RawH2Connection connection = raw.awaitConnection(0);
      RawH2Connection.Request call = connection.awaitRequest(0);
      assertThat(call.values(":method")).containsExactly("POST");
      assertThat(call.values(":path")).containsExactly("/grpc.health.v1.Health/Check");
      assertThat(call.values("content-type")).containsExactly("application/grpc");
      assertThat(call.values("te")).containsExactly("trailers");
      assertThat(call.values("grpc-timeout")).hasSize(1);
      connection.awaitContent(FIRST, service.isEmpty() ? 5 : 7 + service.length());
      server.accept(connection);
      Checked.once(proxy);
      connection.awaitEnding();
      return found(proxy);
    }
  }

  private static RawH2Connection says(RawH2Connection server, String message) {
    return server
        .headers(FIRST, false, ":status", "200", "content-type", "application/grpc")
        .data(FIRST, "\0\0\0\0" + (char) message.length() + message, false)
        .headers(FIRST, true, "grpc-status", "0");
  }

  @Test
  void aServiceServesOrNot() {
    assertThat(grpc("", server -> says(server, "\b\1"))).isEmpty();
    assertThat(grpc("app.Store", server -> says(server, "\b\1"))).isEmpty();
    assertThat(grpc("", server -> says(server, "\b\2"))).isEqualTo("it says NOT_SERVING");
    assertThat(grpc("", server -> says(server, "\b\3"))).isEqualTo("it says SERVICE_UNKNOWN");
    assertThat(grpc("", server -> says(server, ""))).isEqualTo("it says UNKNOWN");
    assertThat(grpc("", server -> says(server, "\b\7"))).isEqualTo("the answer is no health");
    assertThat(grpc("", server -> says(server, "fine"))).isEqualTo("the answer is no health");
  }

  @Test
  void aCallThatFailsIsAFailure() {
    assertThat(
            grpc("a", server -> server.headers(FIRST, true, ":status", "200", "grpc-status", "5")))
        .isEqualTo("gRPC status 5 (not_found)");
    assertThat(grpc("", server -> server.headers(FIRST, true, ":status", "200")))
        .isEqualTo("it ended without a status");
    assertThat(grpc("", server -> server.answer(FIRST, 200, "\0\0\0\0\2\b\1")))
        .isEqualTo("it ended without a status");
    assertThat(grpc("", server -> server.answer(FIRST, 404, ""))).isEqualTo("status 404");
    assertThat(
            grpc(
                "",
                server ->
                    server
                        .headers(FIRST, false, ":status", "200")
                        .data(FIRST, "\0\0\0\0\2\b\1", false)
                        .headers(FIRST, true, "grpc-status", "13")))
        .isEqualTo("gRPC status 13 (internal)");
  }
}
