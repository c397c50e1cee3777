package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The far region takes over in steps as local servers fail their checks, and gives back in the same
 * steps as they return. What each gets is counted where it arrives.
 */
class FarRegionTest {

  private static final int LOCAL = 5;
  private static final int FAR = 2;
  private static final int REQUESTS = 100;
  private static final int AT_ONCE = 25;

  /** Of lots: nearly five times what 100 of them deviate by. */
  private static final double TOLERANCE = 0.23;

  /** What the local region gets when so many of its five servers are down. */
  private static final double[] SHARES = {1, 1, 0.84, 0.56, 0.28, 0};

  private static final Respond WELL = new Respond(Response.of(200, ""));
  private static final Respond ILL = new Respond(Response.of(503, ""));

  private final List<ScriptedServer> servers = new ArrayList<>();
  private int step;

  @AfterEach
  void close() {
    servers.forEach(ScriptedServer::close);
  }

  private ProxyUnderTest proxy() {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < LOCAL + FAR; i++) {
      ScriptedServer server = ScriptedServer.start().on("/up", WELL);
      servers.add(server);
      list.append("      - {address: \"127.0.0.1:%d\", ".formatted(server.port()));
      list.append(i < LOCAL ? "region: here" : "region: there").append("}\n");
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
                health: {active: {type: http, path: /up, interval: 50ms, rise: 1, fall: 2, timeout: 10s}}
                servers:
            %s
            process: {eventLoops: 1, region: here}
            """
                .formatted(list)));
  }

  /** Asks many times; none may fail, and so many of them come to the local region. */
  private void requireShare(Caller client, int failed) {
    String path = "/step-" + step++;
    for (int asked = 0; asked < REQUESTS; asked += AT_ONCE) {
      List<Caller.Call> calls = Stream.generate(() -> client.get(path)).limit(AT_ONCE).toList();
      calls.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
    }
    int local = 0;
    for (int i = 0; i < LOCAL + FAR; i++) {
      int came = servers.get(i).requests(path).size();
      local += i < LOCAL ? came : 0;
      if (i < failed) {
        assertThat(came).as("server %d is down", i).isZero();
      }
    }
    double share = (double) local / REQUESTS;
    double tolerance = SHARES[failed] == 1 || SHARES[failed] == 0 ? 0 : TOLERANCE;
    assertThat(share)
        .as("the share of the local region, %d of %d down", failed, LOCAL)
        .isCloseTo(SHARES[failed], within(tolerance));
  }

  @Test
  void takesOverInStepsAndGivesBack() {
    try (ProxyUnderTest proxy = proxy();
        Caller client = Protocol.H2.connect(proxy)) {
      requireShare(client, 0);
      for (int failed = 1; failed <= LOCAL; failed++) {
        servers.get(failed - 1).on("/up", ILL);
        Checked.awaitDown(proxy, failed - 1);
        requireShare(client, failed);
      }
      for (int failed = LOCAL - 1; failed >= 0; failed--) {
        servers.get(failed).on("/up", WELL);
        Checked.awaitUp(proxy, failed);
        requireShare(client, failed);
      }
    }
  }
}
