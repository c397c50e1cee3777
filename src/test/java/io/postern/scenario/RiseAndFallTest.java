package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedConnection;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** So many failed checks in a row take a server down, and so many good ones up again. */
class RiseAndFallTest {

  private static final String OFTEN = "type: http, interval: 20ms, timeout: 5s, rise: 2, fall: 3";

  /** Answers of /healthz, one for each letter, each when the gate lets it pass. */
  private static ScriptedServer answering(Gate gate, String results) {
    OnRequest[] answers =
        results
            .chars()
            .mapToObj(c -> new Respond(Response.of(c == '+' ? 200 : 500, "")))
            .map(answer -> new Hold(gate, answer))
            .toArray(OnRequest[]::new);
    return ScriptedServer.start().on("/healthz", answers);
  }

  @Test
  void areCountedExactly() {
    Gate gate = new Gate();
    String results = "+--+---+-++--+---";
    String expected = "uuuuuudddduuuuuud";
    try (LogLines log = LogLines.of("io.postern.health");
        ScriptedServer server = answering(gate, results);
        ProxyUnderTest proxy = Checked.to(OFTEN, server.address())) {
      for (int i = 0; i < results.length(); i++) {
        gate.letPass(1);
        Server checked = Checked.awaitChecks(proxy, 0, i + 1);
        assertThat(checked.isUp()).as("after check %d", i).isEqualTo(expected.charAt(i) == 'u');
      }
      Server checked = proxy.server("app", 0);
      assertThat(checked.transitions()).isEqualTo(3);
      assertThat(checked.checksPassed()).isEqualTo(results.chars().filter(c -> c == '+').count());
      assertThat(checked.checksFailed()).isEqualTo(results.chars().filter(c -> c == '-').count());
      List<String> lines = log.await("server " + checked, 3);
      assertThat(lines.get(0))
          .endsWith(" is down after 3 failed checks: status 500 (0 of 1 servers left)");
      assertThat(lines.get(1))
          .startsWith("INFO pool app: server " + checked)
          .matches(".* is up after 2 good checks, was down for \\d+ ms \\(1 of 1 servers\\)");
      assertThat(server.connections()).as("one for each check").hasSizeLessThan(20);
      gate.open();
    }
  }

  @Test
  void theFirstCheckDecidesAlone() {
    Gate gate = new Gate();
    try (ScriptedServer server = answering(gate, "-++");
        ProxyUnderTest proxy = Checked.to(OFTEN, server.address())) {
      assertThat(proxy.server("app", 0).isUp()).as("until its first check").isTrue();
      assertThat(proxy.runtime().ready().isDone()).isFalse();
      gate.letPass(1);
      assertThat(Checked.awaitChecks(proxy, 0, 1).isUp()).isFalse();
      gate.letPass(1);
      assertThat(Checked.awaitChecks(proxy, 0, 2).isUp()).isFalse();
      gate.letPass(1);
      assertThat(Checked.awaitChecks(proxy, 0, 3).isUp()).isTrue();
      gate.open();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void aServerThatIsDownGetsNoTrafficAndComesBack(Protocol protocol) {
    try (ScriptedServer ill = ScriptedServer.start();
        ScriptedServer well = ScriptedServer.start();
        ProxyUnderTest proxy = Checked.to(2, OFTEN, ill.address(), well.address());
        Caller client = protocol.connect(Checked.once(proxy))) {
      for (int i = 0; i < 10; i++) {
        assertThat(client.get("/before").answer().status()).isEqualTo(200);
      }
      assertThat(ill.requests("/before")).hasSize(5);

      ill.on("/healthz", new Respond(Response.of(503, "")));
      Checked.awaitDown(proxy, 0);
      for (int i = 0; i < 10; i++) {
        assertThat(client.get("/meanwhile").answer().status()).isEqualTo(200);
      }
      assertThat(ill.requests("/meanwhile")).isEmpty();
      assertThat(well.requests("/meanwhile")).hasSize(10);

      ill.on("/healthz", new Respond(Response.of(200, "")));
      Checked.awaitUp(proxy, 0);
      for (int i = 0; i < 10; i++) {
        assertThat(client.get("/after").answer().status()).isEqualTo(200);
      }
      assertThat(ill.requests("/after")).hasSize(5);
      assertThat(proxy.server("app", 0).transitions()).isEqualTo(2);
      assertThat(proxy.server("app", 1).transitions()).isZero();
    }
  }

  @Test
  void idleConnectionsToAServerThatIsDownAreClosed() {
    try (ScriptedServer ill = ScriptedServer.start();
        ProxyUnderTest proxy = Checked.to(OFTEN, ill.address());
        Caller client = Protocol.H1.connect(Checked.once(proxy))) {
      assertThat(client.get("/before").answer().status()).isEqualTo(200);
      ScriptedConnection used =
          ill.connections().get(ill.requests("/before").getFirst().connection());
      assertThat(used.isOpen()).isTrue();
      ill.on("/healthz", new Respond(Response.of(503, "")));
      assertThat(used.ending()).isEqualTo(ScriptedConnection.Ending.CLOSED_BY_PEER);
      assertThat(proxy.server("app", 0).isUp()).isFalse();
    }
  }

  @Test
  void aRequestThatIsBeingServedGoesOnAndItsConnectionIsNotKept() {
    Gate gate = new Gate();
    try (ScriptedServer ill =
            ScriptedServer.start()
                .on("/long", new Hold(gate, new Respond(Response.of(200, "whole"))));
        ProxyUnderTest proxy = Checked.to(OFTEN, ill.address());
        Caller client = Protocol.H1.connect(Checked.once(proxy))) {
      Caller.Call call = client.get("/long");
      gate.awaitWaiting();
      ill.on("/healthz", new Respond(Response.of(503, "")));
      Checked.awaitDown(proxy, 0);
      gate.open();
      assertThat(call.answer().text()).isEqualTo("whole");
      int used = ill.requests("/long").getFirst().connection();
      assertThat(ill.connections().get(used).ending())
          .isEqualTo(ScriptedConnection.Ending.CLOSED_BY_PEER);
    }
  }
}
