package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client that goes away ends its exchange, at the server too, and no server is charged with it.
 */
class ClientGoneTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @Test
  void inTheHead() {
    try (RawClient client = Version.h1(proxy)) {
      // In one write with a whole request: when that is answered, the rest has been read.
      client.send(Refusals.NEXT + "GET / HTTP/1.1\r\nHost: loc");
      Verdict.served(proxy, 200);
      client.reset();
    }
    Verdict.failed(proxy, Reason.CLIENT_GONE, 499, "CR");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void betweenRequestsNothingIsRecorded(Version version) {
    try (Client client = version.connect(proxy)) {
      client.get("/");
      Verdict.served(proxy, 200);
    }
    Await.until("the end of the connection", () -> proxy.runtime().openConnections() == 0);
    assertThat(proxy.hasNoRecord()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void beforeTheResponse(Version version) {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitRequest(0);
      call.abort();
      Verdict.failed(proxy, Reason.CLIENT_GONE, 499, "CH");
      gate.open();
      server.awaitConnection(0).ending();
    }
  }

  @ParameterizedTest
  @EnumSource
  void inTheContent(Version version) {
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/").send("some");
      Request request = server.awaitRequest(0);
      request.awaitContent(4); // a reset takes what the proxy has not read yet with it
      call.abort();
      assertThat(request.content().complete()).isFalse();
      ExchangeRecord record = Verdict.failed(proxy, Reason.CLIENT_GONE, 499, "CH");
      assertThat(record.bytesReceived).isEqualTo(4);
      server.awaitConnection(0).ending();
    }
  }

  @ParameterizedTest
  @EnumSource
  void inTheResponse(Version version) {
    Gate gate = new Gate();
    server.otherwise(new Drip(Response.of(200, "abcdef"), 3, gate));
    try (Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      assertThat(call.head().status()).isEqualTo(200);
      call.abort();
      Verdict.failed(proxy, Reason.CLIENT_GONE, 200, "CD");
      gate.open();
      server.awaitConnection(0).ending();
    }
  }

  /** The server is done, and the client has not opened its window for all that it said. */
  @Test
  void behindTheResponse() {
    server.otherwise(new Respond(Response.of(200, "abcdef")));
    try (H2Client client = Version.h2(proxy, 4, 3).givesBack(false)) {
      client.get(Version.HOST, "/").awaitReceived(3);
    }
    Verdict.failed(proxy, Reason.CLIENT_GONE, 200, "CL");
    assertThat(proxy.server("app", 0).faults()).isZero();
  }

  /** With this engine a close_notify ends both directions. */
  @Test
  void byACloseNotify() {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (RawClient client = Version.h1(proxy)) {
      client.send(Refusals.NEXT);
      server.awaitRequest(0);
      client.halfClose();
      Verdict.failed(proxy, Reason.CLIENT_GONE, 499, "CH");
    }
    gate.open();
  }

  @Test
  void aConnectionWithManyStreams() {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (H2Client client = Version.h2(proxy)) {
      for (int i = 0; i < 10; i++) {
        client.get(Version.HOST, "/" + i);
      }
      server.awaitRequest(9);
      client.connection().reset();
    }
    for (int i = 0; i < 10; i++) {
      Verdict.failed(proxy, Reason.CLIENT_GONE, 499, "CH");
    }
    gate.open();
  }

  /** Another client of the same connection is not touched. */
  @Test
  void oneStreamOfMany() {
    Gate gate = new Gate();
    server.on("/held", new Hold(gate, new Respond(Response.of(200, "late"))));
    try (Client client = Version.H2.connect(proxy)) {
      Call gone = client.request("GET", "/held");
      Call stays = client.request("GET", "/held");
      server.awaitRequest(1);
      gone.abort();
      assertThat(proxy.record().terminationCode()).isEqualTo("CH");
      gate.open();
      assertThat(stays.answer().text()).isEqualTo("late");
      Verdict.served(proxy, 200);
      Verdict.requireNoCharge(proxy);
    }
  }
}
