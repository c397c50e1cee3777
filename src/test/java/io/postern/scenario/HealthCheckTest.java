package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.EndOnAccept;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Content;
import io.postern.testkit.FullPort;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a check sends, what it takes for good, and in which words it says what was wrong. */
class HealthCheckTest {

  private static final String HTTP = "type: http, interval: 1h, timeout: 5s";
  private static final String HASTY = "type: http, interval: 1h, timeout: 400ms";

  /** The reason for which the first check took the server down. */
  private static String reason(String active, InetSocketAddress at) {
    try (LogLines log = LogLines.of("io.postern.health");
        ProxyUnderTest proxy = Checked.once(Checked.to(active, at))) {
      Server server = proxy.server("app", 0);
      assertThat(server.isUp()).isFalse();
      assertThat(server.checksFailed()).isEqualTo(1);
      assertThat(server.checksPassed()).isZero();
      assertThat(server.transitions()).isEqualTo(1);
      assertThat(server.state().since()).isNotNull();
      List<String> lines = log.await("server " + server, 1);
      assertThat(lines)
          .containsExactly(
              "WARN pool app: server %s is down after 1 failed check: %s (0 of 1 servers left)"
                  .formatted(server, server.state().reason()));
      return server.state().reason();
    }
  }

  private static void assertGood(String active, InetSocketAddress at) {
    try (ProxyUnderTest proxy = Checked.once(Checked.to(active, at))) {
      Server server = proxy.server("app", 0);
      assertThat(server.state().reason()).isEmpty();
      assertThat(server.isUp()).isTrue();
      assertThat(server.checksPassed()).isEqualTo(1);
      assertThat(server.checksFailed()).isZero();
      assertThat(server.transitions()).isZero();
    }
  }

  @Test
  void asksForThePathAndClosesTheConnection() {
    try (ScriptedServer server = ScriptedServer.start()) {
      assertGood(HTTP, server.address());
      Request check = server.awaitRequest(0);
      assertThat(check.head().startLine()).isEqualTo("GET /healthz HTTP/1.1");
      assertThat(check.head().values("host")).containsExactly("127.0.0.1:" + server.port());
      assertThat(check.head().values("connection")).containsExactly("close");
      assertThat(check.head().values("user-agent")).containsExactly("postern-check");
      assertThat(check.head().values("x-forwarded-for")).isEmpty();
      assertThat(server.connections()).hasSize(1);
      assertThat(server.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
    }
  }

  @Test
  void asksAsTheConfigSays() {
    try (ScriptedServer server = ScriptedServer.start();
        ScriptedServer health = ScriptedServer.start()) {
      assertGood(
          HTTP
              + ", method: HEAD, path: '/ready?full=1', host: app.internal, address: "
              + health.port(),
          server.address());
      Request check = health.awaitRequest(0);
      assertThat(check.head().startLine()).isEqualTo("HEAD /ready?full=1 HTTP/1.1");
      assertThat(check.head().values("host")).containsExactly("app.internal");
      assertThat(server.connections()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "200-399; 200; ''",
        "200-399; 302; ''",
        "200-399; 404; status 404",
        "200-399; 503; status 503",
        "200; 204; status 204",
        "'200,401'; 401; ''",
        "'200-299,401'; 400; status 400",
        "500-599; 503; ''",
      })
  void looksAtTheStatus(String expect, int status, String reason) {
    try (ScriptedServer server =
        ScriptedServer.start(new Respond(Response.of(status, status == 204 ? "" : "text")))) {
      String active = HTTP + ", expect: \"" + expect + "\"";
      if (reason.isEmpty()) {
        assertGood(active, server.address());
      } else {
        assertThat(reason(active, server.address())).isEqualTo(reason);
      }
    }
  }

  @Test
  void readsTheContentSoThatTheServerMeetsNoReset() {
    Content some = Content.ofSize(50_000);
    // The proxy has to live until then: its end cuts a check that still reads.
    try (ScriptedServer server = ScriptedServer.start(new Respond(Response.of(200, some)));
        ProxyUnderTest proxy = Checked.once(Checked.to(HTTP, server.address()))) {
      assertThat(proxy.server("app", 0).checksPassed()).isEqualTo(1);
      assertThat(server.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
    }
  }

  @Test
  void doesNotReadContentWithoutEnd() {
    Content much = Content.ofSize(500_000_000);
    try (ScriptedServer server = ScriptedServer.start(new Respond(Response.of(200, much)));
        ProxyUnderTest proxy = Checked.once(Checked.to(HTTP, server.address()))) {
      assertThat(proxy.server("app", 0).checksPassed()).isEqualTo(1);
      assertThat(server.awaitConnection(0).ending()).isEqualTo(Ending.BROKEN_BY_PEER);
    }
  }

  @Test
  void aConnectionIsEnoughForTcp() {
    try (ScriptedServer server = ScriptedServer.start()) {
      assertGood("type: tcp, interval: 1h", server.address());
      assertThat(server.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void aConnectionOnAnotherPortIsEnoughForTcp() {
    try (ScriptedServer health = ScriptedServer.start();
        ClosedPort closed = new ClosedPort()) {
      assertGood("type: tcp, interval: 1h, address: " + health.port(), closed.address());
    }
  }

  @Test
  void refused() {
    try (ClosedPort closed = new ClosedPort()) {
      for (String type : List.of("tcp", "http")) {
        assertThat(reason("interval: 1h, type: " + type, closed.address()))
            .isEqualTo("connection refused");
      }
    }
  }

  @Test
  void noConnection() {
    try (FullPort full = new FullPort()) {
      for (String type : List.of("tcp", "http")) {
        assertThat(reason("interval: 1h, timeout: 100ms, type: " + type, full.address()))
            .isEqualTo("no connection within 100 ms");
      }
    }
  }

  @Test
  void noAnswer() {
    try (ScriptedServer server = ScriptedServer.start().onConnections(new EndOnAccept(End.STALL))) {
      assertThat(reason(HASTY, server.address())).isEqualTo("no answer within 400 ms");
      assertThat(server.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
    }
  }

  @Test
  void aHeadThatComesTooSlowly() {
    Raw begun = new Raw("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", List.of(End.STALL));
    try (ScriptedServer server = ScriptedServer.start(begun)) {
      assertThat(reason(HASTY, server.address())).isEqualTo("no answer within 400 ms");
    }
  }

  @Test
  void onlyAnInformationalHead() {
    Raw early = new Raw("HTTP/1.1 103 Early Hints\r\n\r\n", List.of(End.STALL));
    try (ScriptedServer server = ScriptedServer.start(early)) {
      assertThat(reason(HASTY, server.address())).isEqualTo("no answer within 400 ms");
    }
  }

  @Test
  void contentThatStallsIsNoFailureAndTheConnectionGoes() {
    Raw begun = new Raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab", List.of(End.STALL));
    String active = "type: http, interval: 1h, timeout: 2s";
    try (ScriptedServer server = ScriptedServer.start(begun);
        ProxyUnderTest proxy = Checked.once(Checked.to(active, server.address()))) {
      assertThat(proxy.server("app", 0).checksPassed()).isEqualTo(1);
      assertThat(server.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
    }
  }

  @Test
  void garbage() {
    try (ScriptedServer server = ScriptedServer.start(Raw.badStatusLine())) {
      assertThat(reason(HTTP, server.address())).startsWith("bad-response: ");
    }
  }

  @Test
  void closedOrReset() {
    for (End end : List.of(End.CLOSE, End.RESET)) {
      try (ScriptedServer server = ScriptedServer.start(new EndAfter(0, end))) {
        assertThat(reason(HTTP, server.address())).startsWith("server-reset: ");
      }
    }
  }
}
