package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.Test;

/** A server of HTTP/2 goes down by its checks while it serves. */
class Http2ServerDownTest {

  private static final Respond GOOD = new Respond(Response.of(200, ""));
  private static final Respond BAD = new Respond(Response.of(503, ""));
  private static final Respond OK = new Respond(Response.of(200, "ok"));

  private static ProxyUnderTest proxy(ScriptedServer server) {
    return Checked.once(
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: all, pool: app}
            pools:
              app:
                protocol: h2c
                servers: [{address: "127.0.0.1:%d"}]
                health: {active: {type: http, interval: 20ms, rise: 1, fall: 1}}
            process: {eventLoops: 1}
            """
                .formatted(server.port())));
  }

  @Test
  void whatItServesIsFinishedAndNothingBegins() {
    Gate checks = new Gate();
    Gate held = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/healthz", GOOD, new Hold(checks, BAD), new Hold(checks, GOOD))
                .on("/held", new Hold(held, OK));
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Server counted = proxy.server("app", 0);
      Call first = client.request("GET", "/held");
      Call second = client.request("POST", "/held");
      held.awaitWaiting();
      Await.until("both are there", () -> server.requests("/held").size() == 2);
      checks.letPass(1);
      Checked.awaitDown(proxy, 0);
      assertThat(client.get("/new").status()).isEqualTo(503);
      assertThat(counted.streams()).isEqualTo(2);

      held.letPass(2);
      assertThat(first.answer().text()).isEqualTo("ok");
      assertThat(second.answer().text()).isEqualTo("ok");
      Await.until("its connection is closed", () -> counted.connections() == 0);

      checks.open();
      Checked.awaitUp(proxy, 0);
      assertThat(client.get("/new").text()).isEqualTo("ok");
      int before = server.requests("/held").getFirst().connection();
      assertThat(server.requests("/new").getFirst().connection()).isNotEqualTo(before);
      assertThat(counted.faults()).isZero();
    }
  }
}
