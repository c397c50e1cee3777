package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedServer;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections of TLS to servers end, and what that says of the content that came. */
class ServerTlsEndTest {

  private static final Content LARGE = Content.ofSize(3 << 20);

  private final ScriptedServer server = TlsPool.server("localhost");
  private final ProxyUnderTest proxy = TlsPool.proxy(server.port());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void contentUntilTheCloseIsWholeWithCloseNotify(Protocol protocol) {
    server.otherwise(new Respond(Response.of(200, LARGE).framed(Framing.CLOSE)));
    try (Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").answer().content().isAllOf(LARGE)).isTrue();
        Ended.well(proxy);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void contentUntilTheCloseIsCutWithout(Protocol protocol) {
    server.otherwise(new Truncate(Response.of(200, LARGE).framed(Framing.CLOSE), 100_000, End.CUT));
    try (Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/").cut().status()).isEqualTo(200);
      Fault fault = Ended.badly(proxy, 200, "SD", Reason.SERVER_RESET).fault;
      assertThat(Objects.requireNonNull(fault).detail())
          .isEqualTo("the server closed the connection without close_notify");
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void contentWithALengthIsWholeEitherWay(Protocol protocol) {
    Response whole = Response.of(200, LARGE).with("Connection", "close");
    server.otherwise(
        new Truncate(whole, LARGE.length(), End.CUT),
        new Truncate(whole, LARGE.length(), End.CLOSE));
    try (Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 2; i++) {
        assertThat(client.get("/").answer().content().isAllOf(LARGE)).isTrue();
        Ended.well(proxy);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void contentWithALengthIsCutByCloseNotifyToo(Protocol protocol) {
    server.otherwise(new Truncate(Response.of(200, LARGE), 100_000, End.CLOSE));
    try (Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/").cut().status()).isEqualTo(200);
      Ended.badly(proxy, 200, "SD", Reason.SERVER_RESET);
    }
  }

  @Test
  void anIdleConnectionIsDroppedByCloseNotify() {
    try (Caller client = Protocol.H1.connect(proxy)) {
      assertThat(client.get("/").answer().status()).isEqualTo(200);
      server.awaitConnection(0).closeTls();
      server.awaitConnection(0).ending();
      assertThat(client.post("/", Content.text("pay")).answer().status()).isEqualTo(200);
      Ended.well(proxy);
      assertThat(Ended.well(proxy).attempts).isEqualTo(1);
      assertThat(server.connections()).hasSize(2);
    }
  }

  /** Those of TLS 1.3 come behind the handshake, and may come after the response. */
  @Test
  void ticketsAreNoBytesOfAResponse() {
    try (Caller client = Protocol.H1.connect(proxy)) {
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/").answer().text()).isEqualTo("ok");
      }
      assertThat(server.connections()).hasSize(1);
      assertThat(server.awaitConnection(0).session().getProtocol()).isEqualTo("TLSv1.3");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CLOSE", "CUT", "RESET"})
  void aRequestOnAConnectionThatTheServerClosedIsSentAgain(End end) {
    OnRequest ok = new Respond(Response.of(200, "ok"));
    server.otherwise(ok, new EndAfter(0, end), ok);
    try (Caller client = Protocol.H2.connect(proxy)) {
      assertThat(client.get("/first").answer().status()).isEqualTo(200);
      assertThat(client.get("/second").answer().text()).isEqualTo("ok");
      assertThat(server.requests("/second")).hasSize(2);
    }
  }

  @Test
  void anAnswerIsReadThoughTheServerTakesNoMore() {
    server.otherwise(
        new Custom(
            (request, wire) -> {
              wire.send("HTTP/1.1 413 No\r\nContent-Length: 5\r\nConnection: close\r\n\r\nlarge");
              wire.end(End.RESET);
            }));
    for (int i = 0; i < 40; i++) {
      try (RawClient client =
          RawClient.connect(
              proxy.address(), ClientTls.of(ProxyUnderTest.authority(), "localhost"))) {
        Content content = Content.ofSize(4L << 20);
        client.send(
            "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                + content.length()
                + "\r\n\r\n");
        client.sendInBackground(content);
        assertThat(client.readAnswer().status()).isEqualTo(413);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void whatAClientCancelsIsClosedAndChargesNobody(Protocol protocol) {
    server.otherwise(new Truncate(Response.of(200, LARGE), 100_000, End.STALL));
    try (Caller client = protocol.connect(proxy)) {
      client.get("/");
      server.awaitRequest(0);
    }
    server.awaitConnection(0).ending();
    assertThat(proxy.server("app", 0).faults()).isZero();
    Await.until("no exchange", () -> proxy.server("app", 0).inFlight() == 0);
  }
}
