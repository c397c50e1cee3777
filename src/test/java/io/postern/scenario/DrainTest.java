package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.runtime.Drain;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** SIGTERM: nothing is lost that was begun, and nobody is refused before the time is over. */
class DrainTest {

  private static ProxyUnderTest proxy(ScriptedServer server, String shutdown) {
    return proxy(server, Version.H1, shutdown);
  }

  private static ProxyUnderTest proxy(ScriptedServer server, Version spoken, String shutdown) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app: {protocol: %s, servers: [{address: "127.0.0.1:%d"}]}
        shutdown: {%s}
        process: {eventLoops: 1}
        """
            .formatted(spoken == Version.H1 ? "http/1.1" : "h2c", server.port(), shutdown));
  }

  private static final class Draining {

    private final Drain drain;
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    private final Thread thread;

    Draining(ProxyUnderTest proxy) {
      drain = proxy.drain();
      thread = Thread.ofPlatform().start(this::run);
    }

    private void run() {
      try {
        result.complete(drain.run());
      } catch (InterruptedException | RuntimeException failure) {
        result.completeExceptionally(failure);
      }
    }

    void awaitWaiting() {
      Await.until("the drain waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
    }

    boolean lostNothing() {
      return Await.result("the end of the drain", result);
    }
  }

  private static void awaitRefusing(ProxyUnderTest proxy) {
    Await.until(
        "new connections are refused",
        () -> {
          try (Socket socket =
              new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            return !socket.isConnected();
          } catch (IOException refused) {
            return true;
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void theAnnouncementRefusesNothing(Protocol protocol) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server, "announce: 1h");
        Caller before = protocol.connect(proxy)) {
      Draining draining = new Draining(proxy);
      draining.awaitWaiting();
      try (Caller after = protocol.connect(proxy)) {
        for (Caller client : new Caller[] {before, after, before, after}) {
          Answer answer = client.get("/").answer();
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.field("connection")).isEmpty();
        }
        draining.drain.hurry();
        assertThat(draining.lostNothing()).isFalse();
      }
    }
  }

  @Test
  void anH1ConnectionIsClosedWithItsNextResponse() {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "ok")));
    try (ScriptedServer server = ScriptedServer.start().on("/held", held);
        ProxyUnderTest proxy = proxy(server, "announce: 0s, spread: 0s, drain: 60s");
        Caller idle = Protocol.H1.connect(proxy);
        Caller busy = Protocol.H1.connect(proxy)) {
      assertThat(idle.get("/").answer().status()).isEqualTo(200);
      Caller.Call running = busy.get("/held");
      gate.awaitWaiting();
      Draining draining = new Draining(proxy);
      awaitRefusing(proxy);

      Answer last = idle.get("/last").answer();
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.field("connection")).isEqualToIgnoringCase("close");
      assertThat(idle.h1().awaitEnding()).isEqualTo(RawClient.Ending.CLOSED);

      gate.open();
      Answer answer = running.answer();
      assertThat(answer.text()).isEqualTo("ok");
      assertThat(answer.field("connection")).isEqualToIgnoringCase("close");
      assertThat(busy.h1().awaitEnding()).isEqualTo(RawClient.Ending.CLOSED);
      assertThat(draining.lostNothing()).isTrue();
      assertThatThrownBy(() -> RawClient.connect(proxy.address()))
          .isInstanceOf(UncheckedIOException.class);
    }
  }

  @Test
  void anH2ConnectionIsToldTwiceAndItsStreamsFinish() {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "ok")));
    try (ScriptedServer server = ScriptedServer.start().on("/held", held);
        ProxyUnderTest proxy = proxy(server, "announce: 0s, spread: 0s, drain: 60s");
        Caller client = Protocol.H2.connect(proxy)) {
      Caller.Call running = client.get("/held");
      gate.awaitWaiting();
      Draining draining = new Draining(proxy);

      H2Client.GoAway first = client.h2().awaitGoAway(0);
      assertThat(first.lastStream()).isEqualTo(Integer.MAX_VALUE);
      assertThat(first.code()).isZero();
      // What was sent before the client read that is still served.
      assertThat(client.get("/crossed").answer().status()).isEqualTo(200);
      H2Client.GoAway second = client.h2().awaitGoAway(1);
      assertThat(second.lastStream()).isEqualTo(3);
      assertThat(second.code()).isZero();

      gate.open();
      assertThat(running.answer().text()).isEqualTo("ok");
      client.h2().awaitEnding();
      assertThat(draining.lostNothing()).isTrue();
      awaitRefusing(proxy);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void aRunningUploadAndDownloadFinish(Protocol protocol) {
    Gate gate = new Gate();
    Content content = Content.ofSize(200_000);
    Drip drip = new Drip(Response.of(200, content), 50_000, gate);
    try (ScriptedServer server = ScriptedServer.start().on("/down", drip);
        ProxyUnderTest proxy = proxy(server, "announce: 0s, spread: 0s, drain: 60s");
        Caller up = protocol.connect(proxy);
        Caller down = protocol.connect(proxy)) {
      Caller.Call download = down.get("/down");
      gate.awaitWaiting();
      Caller.Call upload = up.begin("POST", "/up", 6).send("abc", false);
      server.awaitRequest(1);
      Draining draining = new Draining(proxy);
      awaitRefusing(proxy);

      upload.send("def", true);
      assertThat(upload.answer().status()).isEqualTo(200);
      assertThat(server.requests("/up").getFirst().content().text()).isEqualTo("abcdef");
      gate.open();
      assertThat(download.answer().content().isAllOf(content)).isTrue();
      assertThat(draining.lostNothing()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void aTunnelMayEndInItsOwnTime(Pair pair) {
    try (ScriptedServer server = ScriptedServer.start().on("/ws", TunnelTest.echo());
        ProxyUnderTest proxy =
            proxy(server, pair.server(), "announce: 0s, spread: 0s, drain: 60s");
        TunnelClient client = TunnelClient.ask(pair.client(), proxy, "/ws")) {
      assertThat(client.isOpened()).isTrue();
      Draining draining = new Draining(proxy);
      awaitRefusing(proxy);
      assertThat(client.send("still").read(5)).isEqualTo("still");
      client.awaitEnd();
      assertThat(draining.lostNothing()).isTrue();
      assertThat(proxy.record().terminationCode()).isEqualTo("S-");
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void aTunnelThatOutlastsTheDrainIsBrokenOff(Pair pair) {
    try (ScriptedServer server = ScriptedServer.start().on("/ws", TunnelTest.echo());
        ProxyUnderTest proxy =
            proxy(server, pair.server(), "announce: 0s, spread: 0s, drain: 100ms");
        TunnelClient client = TunnelClient.ask(pair.client(), proxy, "/ws")) {
      assertThat(client.isOpened()).isTrue();
      Draining draining = new Draining(proxy);
      client.awaitBreak();
      assertThat(draining.lostNothing()).isFalse();
      Ended.badly(proxy, 101, "KD", Reason.STOPPED);
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void whatOutlastsTheDrainIsCutAndSaysSo(Protocol protocol) {
    Gate gate = new Gate();
    Hold held = new Hold(gate, new Respond(Response.of(200, "ok")));
    try (ScriptedServer server = ScriptedServer.start().on("/held", held);
        ProxyUnderTest proxy = proxy(server, "announce: 0s, spread: 0s, drain: 100ms");
        Caller client = protocol.connect(proxy)) {
      Caller.Call running = client.get("/held");
      gate.awaitWaiting();
      Draining draining = new Draining(proxy);
      Answer answer = running.answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text()).startsWith("stopped: ");
      assertThat(draining.lostNothing()).isFalse();
      ExchangeRecord record = Ended.badly(proxy, 503, "KH", Reason.STOPPED);
      assertThat(record.attempts).isEqualTo(1);
      assertThat(proxy.server("app", 0).faults()).isZero();
      gate.open();
    }
  }
}
