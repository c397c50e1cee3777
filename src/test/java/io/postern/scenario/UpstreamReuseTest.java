package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondAndClose;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedConnection;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections to servers are used again, unless something speaks against it. */
class UpstreamReuseTest {

  private static ProxyUnderTest proxy(ScriptedServer server, String idle, int idlePerServer) {
    return ProxyUnderTest.start(
        """
      listeners:
        edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
      routes:
        - {name: all, pool: app}
      pools:
        app:
          idle: %s
          limits: {idlePerServer: %d}
          servers: [{address: "127.0.0.1:%d"}]
      process: {eventLoops: 1}
      """
            .formatted(idle, idlePerServer, server.port()));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void oneConnectionServesAllThatComeOneAfterTheOther(Protocol protocol) {
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/chunked", new Respond(Response.of(200, "abc").chunked("X-Sum", "1")))
                .on("/empty", new Respond(Response.of(204, "").framed(Framing.AS_GIVEN)));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address())) {
      for (int i = 0; i < 3; i++) {
        try (Caller client = protocol.connect(proxy)) {
          assertThat(client.get("/").answer().status()).isEqualTo(200);
          assertThat(client.get("/chunked").answer().text()).isEqualTo("abc");
          assertThat(client.get("/empty").answer().status()).isEqualTo(204);
          assertThat(client.call("HEAD", "localhost", "/").answer().status()).isEqualTo(200);
          assertThat(client.post("/", Content.ofSize(100_000)).answer().status()).isEqualTo(200);
        }
      }
      assertThat(server.requests()).hasSize(15);
      assertThat(server.connections()).hasSize(1);
      assertThat(server.awaitConnection(0).isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void bytesBehindAResponseCloseTheConnection(Protocol protocol) {
    try (ScriptedServer server = ScriptedServer.start().on("/long", Raw.overLong());
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/long").answer().text()).isEqualTo("abc");
      isNotUsedAgain(server, client);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void aSecondResponseIsNotTakenForTheNextOne(Protocol protocol) {
    String one = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    Raw two = new Raw(one + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", List.of());
    try (ScriptedServer server = ScriptedServer.start().on("/two", two);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/two").answer().text()).isEqualTo("abc");
      isNotUsedAgain(server, client);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void aServerThatSaysCloseIsHeard(Protocol protocol) {
    Response closing = Response.of(200, "abc").with("Connection", "close");
    try (ScriptedServer server = ScriptedServer.start().on("/close", new RespondAndClose(closing));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      var answer = client.get("/close").answer();
      assertThat(answer.text()).isEqualTo("abc");
      assertThat(answer.field("connection")).isEmpty();
      isNotUsedAgain(server, client);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void aServerOfHttp10IsNotUsedAgain(Protocol protocol) {
    Raw old = new Raw("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", List.of());
    try (ScriptedServer server = ScriptedServer.start().on("/old", old);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/old").answer().text()).isEqualTo("abc");
      isNotUsedAgain(server, client);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void contentThatAServerMayNotHaveReadIsNotFollowedByARequest(Protocol protocol) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.begin("GET", "/get", 3).send("abc", true).answer().text()).isEqualTo("ok");
      isNotUsedAgain(server, client);
      assertThat(client.begin("POST", "/post", 3).send("abc", true).answer().text())
          .isEqualTo("ok");
      assertThat(client.get("/last").answer().text()).isEqualTo("ok");
      assertThat(server.requests("/last").getFirst().connection()).isEqualTo(1);
    }
  }

  private static void isNotUsedAgain(ScriptedServer server, Caller client) {
    assertThat(server.awaitConnection(0).ending())
        .isIn(Ending.CLOSED_BY_PEER, Ending.BROKEN_BY_PEER);
    assertThat(client.get("/next").answer().text()).isEqualTo("ok");
    assertThat(server.requests("/next").getFirst().connection()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void anIdleConnectionIsClosedInTime(Protocol protocol) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server, "200ms", 4);
        Caller client = protocol.connect(proxy)) {
      long begin = System.nanoTime();
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertThat(server.awaitConnection(0).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
      assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(200_000_000L);
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      assertThat(server.connections()).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void noMoreAreKeptThanTheLimit(Protocol protocol) {
    Gate gate = new Gate();
    OnRequest held = new Hold(gate, new Respond(Response.of(200, "ok")));
    try (ScriptedServer server = ScriptedServer.start(held);
        ProxyUnderTest proxy = proxy(server, "55s", 2)) {
      List<Caller> clients = new ArrayList<>();
      List<Caller.Call> calls = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(protocol.connect(proxy));
        calls.add(clients.getLast().get("/" + i));
      }
      server.awaitRequest(4);
      assertThat(server.requests().stream().map(Request::connection).distinct()).hasSize(5);
      gate.open();
      calls.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      Await.until(
          "two idle connections",
          () -> server.connections().stream().filter(ScriptedConnection::isOpen).count() == 2);
      clients.forEach(Caller::close);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void withTheLimitZeroNoneIsKept(Protocol protocol) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server, "55s", 0);
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").answer().status()).isEqualTo(200);
        assertThat(server.awaitConnection(i).ending()).isEqualTo(Ending.CLOSED_BY_PEER);
      }
    }
  }
}
