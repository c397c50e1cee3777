package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Frame;
import io.postern.testkit.H2Stream;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How streams and connections of HTTP/2 end. */
class Http2EndingTest {

  private static final long CANCEL = 8;
  private static final long ENHANCE_YOUR_CALM = 11;

  private static final String SMALL_HEADS =
      """
      listeners:
        edge:
          bind: 127.0.0.1:0
          tls: {certificates: [@CERTIFICATES@]}
          limits: {requestHead: 4KiB}
      routes:
        - {name: all, pool: app}
      pools:
        app:
          servers:
            - {address: "127.0.0.1:%d"}
      process: {eventLoops: 1}
      """;

  private static H2Client client(ProxyUnderTest proxy) {
    return H2Client.connect(
        proxy.address(), ClientTls.of(ProxyUnderTest.authority(), "localhost", "h2"));
  }

  @Test
  void aRequestBetweenTheTwoGoawaysIsServedAndTheConnectionGoes() {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        H2Client client = client(proxy)) {
      client.awaitSettings();
      proxy.runtime().listeners().getFirst().drain(0);
      client.awaitGoAway();
      H2Stream late = client.get("localhost", "/");
      assertThat(late.answer().status()).isEqualTo(200);
      assertThat(client.awaitGoAway(1).lastStream()).isEqualTo(late.id());
      assertThat(client.awaitEnding()).isEqualTo(RawClient.Ending.CLOSED);
    }
  }

  @Test
  void aResetIsNotAnsweredWithAReset() {
    Gate gate = new Gate();
    gate.letPass(1);
    try (ScriptedServer server =
            ScriptedServer.start(new Drip(Response.of(200, Content.ofSize(4096)), 1024, gate));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        H2Client client = client(proxy)) {
      H2Stream stream = client.get("localhost", "/");
      stream.awaitReceived(1024);
      stream.reset(CANCEL);
      client.ping("behindit").awaitPing("behindit");
      assertThat(stream.isOver()).isFalse();
      assertThat(proxy.record().fault).isNotNull();
    }
  }

  @Test
  void trailersTooLargeToBeReadEndTheirRequest() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "late"))));
        ProxyUnderTest proxy = ProxyUnderTest.start(SMALL_HEADS.formatted(server.port()));
        H2Client client = client(proxy)) {
      H2Stream stream = client.start("POST", "localhost", "/");
      server.awaitRequest(0);
      stream.trailers("large", "x".repeat(9 * 1024));
      assertThat(stream.answer().status()).isEqualTo(431);
      ExchangeRecord record = proxy.record();
      assertThat(record.status).isEqualTo(431);
      assertThat(record.server).as("of the one exchange there is").isNotNull();
    }
  }

  @Test
  void aHeadTooLargeToBeReadIsAnsweredInFull() {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.start(SMALL_HEADS.formatted(server.port()));
        H2Client client = client(proxy)) {
      H2Stream stream = client.start("GET", "localhost", "/", "large", "x".repeat(9 * 1024));
      assertThat(stream.answer().text()).startsWith("head-too-large");
      assertThat(proxy.record().status).isEqualTo(431);
    }
  }

  @Test
  void whatIsCutAtTheEndIsToldSo() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "late"))));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        H2Client client = client(proxy)) {
      H2Stream stream = client.get("localhost", "/");
      server.awaitRequest(0);
      proxy.runtime().close();
      assertThat(stream.awaitHead().status()).isEqualTo(503);
      assertThat(proxy.record().fault).isEqualTo(Fault.of(Reason.STOPPED));
    }
  }

  @Test
  void whoEarnsResetsWithoutEndIsSentAway() {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "late"))));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        H2Client client = client(proxy)) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  client.get("localhost", "/").widen(0).awaitReset();
                }
              })
          .isNotNull();
      assertThat(client.awaitGoAway().code()).isEqualTo(ENHANCE_YOUR_CALM);
      assertThat(client.awaitGoAway().debug()).contains("STREAM_ERROR");
    }
  }

  @Test
  void whoAsksForAnswersAndReadsNoneIsSentAway() {
    Response large = Response.of(200, Content.ofSize(64 << 20)); // more than sockets hold
    try (ScriptedServer server = ScriptedServer.start(new Respond(large));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        RawClient client =
            RawClient.connect(proxy.address(), 16 * 1024)
                .startTls(ClientTls.of(ProxyUnderTest.authority(), "localhost", "h2"))) {
      String window = "\177\377\0\0";
      client
          .send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
          .send(frame(H2Frame.SETTINGS, 0, 0, "\0\4" + window))
          .send(frame(H2Frame.WINDOW_UPDATE, 0, 0, window))
          .send(frame(H2Frame.HEADERS, 5, 1, H2Frame.fieldBlock(H2Call.head("GET", "/"))));
      String pings = frame(H2Frame.PING, 0, 0, "12345678").repeat(1000);
      assertThatThrownBy(
              () -> {
                // Several times what the socket of a proxy that reads slowly takes.
                for (int i = 0; i < 10_000; i++) {
                  client.send(pings);
                }
              })
          .isInstanceOf(UncheckedIOException.class);
    }
  }

  private static String frame(int type, int flags, int stream, String payload) {
    byte[] bytes = new H2Frame(type, flags, stream, payload).bytes();
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** A write to whom is gone fails, which says nothing of its manners. */
  @Test
  void whoeverGoesAwayHasBrokenNoRule() {
    Content much = Content.ofSize(64 << 20);
    try (LogLines log = LogLines.of("io.postern.listener.Http2Reports");
        ScriptedServer server = ScriptedServer.start(new Respond(Response.of(200, much)));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address())) {
      for (int i = 0; i < 20; i++) {
        H2Client client = client(proxy);
        client.widen(1 << 30);
        H2Stream stream = client.get("localhost", "/").widen(1 << 30);
        stream.awaitReceived(1 << 20);
        client.connection().reset();
        Fault fault = Objects.requireNonNull(proxy.record().fault);
        assertThat(fault.reason()).isEqualTo(Reason.CLIENT_GONE);
      }
      assertThat(log.about("broke the rules")).isEmpty();
    }
  }
}
