package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server whose exchanges fail gets none for a while. */
class EjectionTest {

  private static final OnRequest RESET = new EndAfter(0, End.RESET);

  private static final Content SOME = Content.text("a");

  /** By a connection of its own: one to HTTP/1.1 may go with content that was not read. */
  private static int post(Protocol protocol, ProxyUnderTest proxy, String path) {
    try (Caller client = protocol.connect(proxy)) {
      return client.post(path, SOME).answer().status();
    }
  }

  private static ProxyUnderTest proxy(String health, ScriptedServer... servers) {
    StringBuilder list = new StringBuilder();
    for (ScriptedServer each : servers) {
      list.append("      - {address: \"127.0.0.1:").append(each.port()).append("\"}\n");
    }
    return Checked.once(
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: all, pool: app}
            pools:
              app:
                health: {%s}
                servers:
            %s
            process: {eventLoops: 1}
            """
                .formatted(health, list)));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void failuresInARowLeaveItOut(Protocol protocol) {
    try (LogLines log = LogLines.of("io.postern.health");
        ScriptedServer ill = ScriptedServer.start(RESET);
        ScriptedServer well = ScriptedServer.start();
        ProxyUnderTest proxy =
            proxy("passive: {consecutiveFailures: 2, ejection: 1h, maxEjection: 1h}", ill, well);
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 4; i++) {
        int status = post(protocol, proxy, "/");
        assertThat(status).isEqualTo(i % 2 == 0 ? 502 : 200);
      }
      Server server = proxy.server("app", 0);
      Await.until("it is ejected", server::isEjected);
      assertThat(server.state().standing()).isEqualTo(Server.Standing.EJECTED);
      assertThat(server.state().reason()).isEqualTo("2 failures in a row, lastly server-reset");
      assertThat(server.ejections()).isOne();
      for (int i = 0; i < 4; i++) {
        assertThat(client.get("/").answer().status()).isEqualTo(200);
      }
      assertThat(ill.requests("/")).hasSize(2);
      assertThat(log.await("server " + server, 1))
          .containsExactly(
              "WARN pool app: server %s is ejected for 3600 s after 2 failures in a row, lastly server-reset (1 of 2 servers left)"
                  .formatted(server));
    }
  }

  @Test
  void itReturns() {
    try (LogLines log = LogLines.of("io.postern.health");
        ScriptedServer ill = ScriptedServer.start(RESET);
        ScriptedServer well = ScriptedServer.start();
        ProxyUnderTest proxy =
            proxy("passive: {consecutiveFailures: 1, ejection: 50ms}", ill, well);
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(post(Protocol.H1, proxy, "/")).isEqualTo(502);
      Server server = proxy.server("app", 0);
      assertThat(log.await("server " + server, 2))
          .containsExactly(
              "WARN pool app: server %s is ejected for 50 ms after 1 failure in a row, lastly server-reset (1 of 2 servers left)"
                  .formatted(server),
              "INFO pool app: server %s is no longer ejected (2 of 2 servers)".formatted(server));
      assertThat(server.isUsable()).isTrue();
      ill.on("/", new Respond(Response.of(200, "")));
      client.get("/").answer();
      client.get("/").answer();
      assertThat(ill.requests("/")).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void statusesCountWhereTheConfigSaysSo(Protocol protocol) {
    Respond error = new Respond(Response.of(503, "busy"));
    try (ScriptedServer ill = ScriptedServer.start(error);
        ScriptedServer well = ScriptedServer.start()) {
      String passive = "passive: {consecutiveFailures: 2, ejection: 1h, maxEjection: 1h%s}";
      try (ProxyUnderTest proxy = proxy(passive.formatted(""), ill, well);
          Caller client = protocol.connect(proxy)) {
        for (int i = 0; i < 10; i++) {
          client.get("/").answer();
        }
        assertThat(proxy.server("app", 0).ejections()).isZero();
      }
      try (ProxyUnderTest proxy = proxy(passive.formatted(", statuses: 500-599"), ill, well);
          Caller client = protocol.connect(proxy)) {
        for (int i = 0; i < 10; i++) {
          client.get("/").answer();
        }
        assertThat(proxy.server("app", 0).isEjected()).isTrue();
        assertThat(proxy.server("app", 0).faults()).as("an answer is no fault").isZero();
        assertThat(proxy.server("app", 0).exchanges()).isEqualTo(2);
        assertThat(proxy.server("app", 1).exchanges()).isEqualTo(8);
      }
    }
  }

  @Test
  void aShareOfFailuresLeavesItOut() {
    try (ScriptedServer ill = ScriptedServer.start();
        ScriptedServer well = ScriptedServer.start();
        ProxyUnderTest proxy =
            proxy(
                "passive: {consecutiveFailures: 0, failureRatio: {share: 50%, window: 1h, minimumRequests: 6}}",
                ill, well);
        Caller client = Protocol.H1.connect(proxy)) {
      ill.on("/bad", RESET);
      for (int i = 0; i < 6; i++) {
        client.get("/good").answer();
      }
      assertThat(ill.requests("/good")).hasSize(3);
      for (int i = 0; i < 4; i++) {
        post(Protocol.H1, proxy, "/bad");
      }
      assertThat(proxy.server("app", 0).isEjected()).as("2 of 5").isFalse();
      post(Protocol.H1, proxy, "/bad");
      Await.until("it is ejected", () -> proxy.server("app", 0).isEjected());
      assertThat(proxy.server("app", 0).state().reason())
          .isEqualTo("50% failures or more, lastly server-reset");
    }
  }

  @Test
  void theOnlyServerIsNeverLeftOut() {
    try (ScriptedServer ill = ScriptedServer.start(RESET);
        ProxyUnderTest proxy = proxy("passive: {consecutiveFailures: 1}", ill)) {
      for (int i = 0; i < 5; i++) {
        assertThat(post(Protocol.H2, proxy, "/")).isEqualTo(502);
      }
      assertThat(proxy.server("app", 0).isUsable()).isTrue();
      assertThat(proxy.server("app", 0).faults()).isEqualTo(5);
    }
  }

  /** The next check would be an hour away. */
  @Test
  void aFailureBringsTheNextCheckForward() {
    try (ScriptedServer ill = ScriptedServer.start();
        ScriptedServer well = ScriptedServer.start();
        ProxyUnderTest proxy =
            proxy(
                "active: {type: http, interval: 1h, fastInterval: 10ms, fall: 2}, passive: {consecutiveFailures: 100}",
                ill,
                well)) {
      ill.on("/healthz", new Respond(Response.of(503, "")));
      ill.on("/", RESET);
      post(Protocol.H1, proxy, "/");
      post(Protocol.H1, proxy, "/");
      Server server = Checked.awaitDown(proxy, 0);
      assertThat(server.state().standing()).isEqualTo(Server.Standing.DOWN);
      Await.until("both are counted", () -> server.checksFailed() >= 2);
    }
  }

  @Test
  void whatTheOperatorTakesOutGetsNoRequests() {
    try (ScriptedServer drained = ScriptedServer.start();
        ScriptedServer out = ScriptedServer.start();
        ScriptedServer well = ScriptedServer.start();
        ProxyUnderTest proxy =
            Checked.once(
                ProxyUnderTest.start(
                    """
                    listeners:
                      edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
                    routes:
                      - {name: all, pool: app}
                    pools:
                      app:
                        health: {active: {type: http, interval: 1h}}
                        servers:
                          - {address: "127.0.0.1:%d", state: drain}
                          - {address: "127.0.0.1:%d", state: maint}
                          - {address: "127.0.0.1:%d"}
                    process: {eventLoops: 1}
                    """
                        .formatted(drained.port(), out.port(), well.port())));
        Caller client = Protocol.H2.connect(proxy)) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.get("/").answer().status()).isEqualTo(200);
      }
      assertThat(well.requests("/")).hasSize(6);
      assertThat(drained.requests()).hasSize(1);
      assertThat(drained.requests("/healthz")).hasSize(1);
      assertThat(out.connections()).isEmpty();
      assertThat(proxy.server("app", 0).checksPassed()).isOne();
      assertThat(proxy.server("app", 0).state().standing()).isEqualTo(Server.Standing.DRAIN);
      assertThat(proxy.server("app", 1).state().standing()).isEqualTo(Server.Standing.MAINT);
    }
  }
}
