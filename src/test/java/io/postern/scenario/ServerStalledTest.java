package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Cut;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that stops in the middle, for longer than {@code timeouts.idle}. */
class ServerStalledTest {

  private static final String TIMEOUTS = "idle: 500ms, response: 60s";

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void inContentWithLength(Protocol protocol) {
    breaksOff(protocol, Response.of(200, Content.ofSize(50_000)));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void inChunkedContent(Protocol protocol) {
    breaksOff(protocol, Response.of(200, Content.ofSize(50_000)).chunked());
  }

  private static void breaksOff(Protocol protocol, Response response) {
    OnRequest stalls = new Truncate(response, 20_000, End.STALL);
    try (ScriptedServer server = ScriptedServer.start().on("/slow", stalls);
        ProxyUnderTest proxy = ProxyUnderTest.to("", TIMEOUTS, server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/slow").cut()).isEqualTo(new Cut(200, 20_000));
      assertThat(Ended.badly(proxy, 200, "sD", Reason.SERVER_STALLED).bytesSent).isEqualTo(20_000);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      assertThat(server.awaitConnection(0).ending())
          .isIn(Ending.CLOSED_BY_PEER, Ending.BROKEN_BY_PEER);
      Ended.nextIsServedBy(server.address(), proxy, protocol);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void notReadingTheUpload(Protocol protocol) {
    Gate gate = new Gate();
    OnRequest stalls = new Hold(gate, new Respond(Response.of(200, "late")));
    try (ScriptedServer server = ScriptedServer.start().on("/upload", stalls);
        ProxyUnderTest proxy = ProxyUnderTest.to("", TIMEOUTS, server.address());
        Caller client = protocol.connect(proxy)) {
      // More than all buffers on the way can hold.
      Caller.Call call = client.post("/upload", Content.ofSize(64L << 20));
      assertThat(call.answer().status()).isEqualTo(504);
      Ended.badly(proxy, 504, "sH", Reason.SERVER_STALLED);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      gate.open();
      Ended.nextIsServedBy(server.address(), proxy, protocol);
    }
  }

  /** The idle time is that of silence: a response may take any time that way. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void aSlowServerThatGoesOnIsNotStalled(Protocol protocol) {
    java.util.concurrent.CountDownLatch never = new java.util.concurrent.CountDownLatch(1);
    OnRequest drips =
        new Custom(
            (request, wire) -> {
              wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n");
              for (int i = 0; i < 8; i++) {
                pause(never);
                wire.send("x");
              }
            });
    try (ScriptedServer server = ScriptedServer.start(drips);
        ProxyUnderTest proxy = ProxyUnderTest.to("", "idle: 1s", server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/").answer().text()).isEqualTo("xxxxxxxx");
      assertThat(Ended.well(proxy).finished).isPositive();
    }
  }

  /** The pause of the server is what is tested here. */
  private static void pause(java.util.concurrent.CountDownLatch never) {
    try {
      assertThat(never.await(150, java.util.concurrent.TimeUnit.MILLISECONDS)).isFalse();
    } catch (InterruptedException stopped) {
      throw new AssertionError(stopped);
    }
  }
}
