package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How far ahead a peer of HTTP/2 may send. */
class Http2WindowsTest {

  private static final int MIB = 1024 * 1024;

  @Test
  void slowStreamsHoldUpNoOther() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/slow", new Hold(gate, new Respond(Response.of(200, "ok"))));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Client client = Version.H2.connect(proxy)) {
      List<Call> slow = new ArrayList<>();
      List<Future<?>> sending = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Call call = client.start("POST", "/slow");
        sending.add(call.sendInBackground(Content.ofSize(20 * MIB)));
        slow.add(call);
      }
      // More than both windows of the connection together.
      slow.forEach(call -> Await.until("the window is full", () -> call.sent() >= MIB));
      Call other = client.start("POST", "/");
      other.send(Content.ofSize(8 * MIB)).end();
      assertThat(other.answer().status()).isEqualTo(200);
      gate.open();
      slow.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      sending.forEach(each -> Await.result("the upload", each));
    }
  }

  @Test
  void aWindowGrowsWithWhatTheLineHolds() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = H2cPool.proxy(server);
        Client client = Version.H1.connect(proxy)) {
      Call call = client.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0).ignorePings();
      connection.awaitRequest(0);
      connection.headers(FIRST, false, ":status", "200");
      String piece = "x".repeat(16 * 1024);
      for (int i = 0; i < 16; i++) {
        connection.data(FIRST, piece, false);
      }
      connection.awaitPing(); // what is sent until it is answered counts as on its way
      for (int i = 0; i < 47; i++) {
        connection.data(FIRST, piece, false);
      }
      connection.answerPing();
      connection.data(FIRST, piece, true);
      assertThat(call.answer().content().length()).isEqualTo(MIB);
      Await.until("the window of the connection has grown", () -> connection.widened(0) > 3 * MIB);
    }
  }
}
