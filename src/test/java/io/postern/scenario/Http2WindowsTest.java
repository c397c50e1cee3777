package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static io.postern.scenario.H2cPool.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Frame;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How far ahead a peer of HTTP/2 may send. */
class Http2WindowsTest {

  private static final int MIB = 1024 * 1024;
  private static final String PIECE = "x".repeat(16 * 1024);

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
  void aWindowGrowsWithWhatTheLineHoldsWhileItIsOfUse() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H1.connect(proxy)) {
      long budget = left(proxy);
      Call call = client.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0).ignorePings();
      connection.awaitRequest(0);
      connection.headers(FIRST, false, ":status", "200");
      for (int i = 0; i < 16; i++) {
        connection.data(FIRST, PIECE, false);
      }
      connection.awaitPing(); // what is sent until it is answered counts as on its way
      for (int i = 0; i < 47; i++) {
        connection.data(FIRST, PIECE, false);
      }
      connection.answerPing();
      Await.until("it has grown", () -> left(proxy) < budget);
      long grown = left(proxy);
      connection.data(FIRST, PIECE, true);
      assertThat(call.answer().content().length()).isEqualTo(MIB);
      Await.until("the window of the connection has grown", () -> connection.widened(0) > 3 * MIB);
      Await.until("nothing runs, and nothing is taken", () -> left(proxy) == budget);

      client.request("GET", "/");
      connection.awaitRequest(1);
      connection.headers(SECOND, false, ":status", "200").data(SECOND, PIECE, false);
      Await.until("it is again what it was", () -> left(proxy) == grown);
    }
  }

  /** The client is not read while more waits than there is room for, and then it is. */
  @Test
  void whereThereIsNoRoomAnUploadGoesOnWhenThereIsSome() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/slow", new Hold(gate, new Respond(Response.of(200, "ok"))));
        ProxyUnderTest proxy = withoutBudget(server);
        Client client = Version.H2.connect(proxy)) {
      List<Call> slow = new ArrayList<>();
      List<Future<?>> sending = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Call call = client.start("POST", "/slow");
        sending.add(call.sendInBackground(Content.ofSize(20 * MIB)));
        slow.add(call);
        server.awaitRequest(i);
      }
      gate.open();
      slow.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      sending.forEach(each -> Await.result("the upload", each));
      assertThat(client.get("/").status()).isEqualTo(200);
    }
  }

  /** A window of pieces of a byte each takes little more than the window, and arrives whole. */
  @Test
  void smallPiecesThatWaitAreGathered() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "ok"))));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        H2Client client =
            H2Client.connect(
                proxy.address(), ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "h2"))) {
      H2Stream upload = client.start("POST", Version.HOST, "/", "x-content", "small");
      server.awaitRequest(0);
      StringBuilder frames = new StringBuilder();
      for (int i = 0; i < 1000; i++) {
        byte[] frame =
            new H2Frame(H2Frame.DATA, 0, upload.id(), "" + (char) ('a' + i % 26)).bytes();
        frames.append(new String(frame, StandardCharsets.ISO_8859_1));
      }
      byte[] thousand = frames.toString().getBytes(StandardCharsets.ISO_8859_1);
      for (int i = 0; i < 50; i++) {
        client.write(thousand);
      }
      gate.open();
      upload.data("", true);
      assertThat(upload.answer().status()).isEqualTo(200);
      assertThat(server.awaitRequest(0).content().length()).isEqualTo(50_000);
    }
  }

  private static ProxyUnderTest withoutBudget(ScriptedServer server) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, limits: {connections: 10}, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1, windowBudget: 0B}
        """
            .formatted(server.port()));
  }

  private static ProxyUnderTest proxy(RawH2Server server) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, limits: {connections: 10}, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app: {protocol: h2c, servers: [{address: "127.0.0.1:%d"}]}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(server.address().getPort()));
  }

  /** What of the budget of all windows is not taken. */
  private static long left(ProxyUnderTest proxy) {
    return Scrape.of(proxy.admin()).value("postern_window_budget_left_bytes");
  }
}
