package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server that stands in several pools is checked once for all that would ask it the same. */
class SharedCheckTest {

  private static ProxyUnderTest proxy(String active, String other, ScriptedServer server) {
    return Checked.once(
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: a, match: {path: [/a]}, pool: app}
              - {name: b, match: {path: [/b]}, pool: twin}
              - {name: c, pool: other}
            pools:
              app: {health: {active: {%1$s}}, servers: [{address: "127.0.0.1:%3$d"}]}
              twin: {health: {active: {%1$s}}, servers: [{address: "127.0.0.1:%3$d"}]}
              other: {health: {active: {%2$s}}, servers: [{address: "127.0.0.1:%3$d"}]}
            process: {eventLoops: 2}
            """
                .formatted(active, other, server.port())));
  }

  @Test
  void itsResultGoesToAllOfThem() {
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/one", new Respond(Response.of(503, "")))
                .on("/two", new Respond(Response.of(200, "")));
        ProxyUnderTest proxy =
            proxy(
                "type: http, path: /one, interval: 1h, expectHeaders: {a: {present: false}}",
                "type: http, path: /two, interval: 1h",
                server)) {
      assertThat(server.requests("/one")).hasSize(1);
      assertThat(server.requests("/two")).hasSize(1);
      for (String pool : List.of("app", "twin")) {
        Server checked = proxy.server(pool, 0);
        assertThat(checked.isUp()).isFalse();
        assertThat(checked.checksFailed()).isOne();
        assertThat(checked.state().reason()).isEqualTo("status 503");
      }
      assertThat(proxy.server("other", 0).isUp()).isTrue();
    }
  }

  @Test
  void itComesBackToAllOfThemByTheIntervalsOfDownAndDoubt() {
    String active =
        "type: http, path: /one, interval: 1h, downInterval: 20ms, fastInterval: 10ms, rise: 3";
    try (ScriptedServer server =
            ScriptedServer.start().on("/one", new Respond(Response.of(503, "")));
        ProxyUnderTest proxy = proxy(active, "type: tcp, interval: 1h", server)) {
      assertThat(proxy.server("twin", 0).isUp()).isFalse();
      server.on("/one", new Respond(Response.of(200, "")));
      Checked.awaitUp(proxy, 0);
      Server twin = proxy.server("twin", 0);
      Await.until("three checks", () -> twin.checksPassed() >= 3);
      assertThat(twin.isUp()).isTrue();
      assertThat(twin.checksPassed()).isEqualTo(3);
      assertThat(twin.transitions()).isEqualTo(2);
    }
  }
}
