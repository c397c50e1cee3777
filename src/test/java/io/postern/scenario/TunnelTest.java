package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.observe.LogLine;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedConnection;
import io.postern.testkit.ScriptedServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens behind a 101, and how it ends. */
class TunnelTest {

  private static final String PAIRS = "io.postern.scenario.Pair#all";

  private static final long LARGE = 40 << 20;

  /** Buffers of four sockets, in the kernel; those of the proxy are a small part of that. */
  private static final long HELD = 32 << 20;

  private static final long CANCEL = 8;

  private final ScriptedServer server = ScriptedServer.start();
  private String timeouts = "";

  @SuppressWarnings("NullAway.Init") // set by start, before any other use
  private ProxyUnderTest proxy;

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  private void start(Pair pair) {
    proxy = pair.proxy(server, timeouts);
  }

  private void behindThe101(Behaviour.Script script) {
    server.on("/ws", switching(script));
  }

  /** Switches, whatever is spoken, and then goes by a script. */
  static Custom switching(Behaviour.Script script) {
    return new Custom(
        (request, wire) -> {
          if (request.head().startLine().endsWith("HTTP/2")) {
            wire.head(Response.of(200, "").framed(Framing.AS_GIVEN));
          } else {
            wire.send(UpgradeTest.switched(request));
          }
          script.run(request, wire);
        });
  }

  /** Says the five bytes that come first again, and ends. */
  static Custom echo() {
    return switching(
        (request, wire) -> {
          wire.send(wire.read(5));
          wire.end(End.FINISH);
        });
  }

  private TunnelClient open(Pair pair) {
    start(pair);
    TunnelClient client = TunnelClient.ask(pair.client(), proxy, "/ws");
    assertThat(client.isOpened()).isTrue();
    return client;
  }

  private ExchangeRecord ended(String termination) {
    ExchangeRecord record = proxy.record();
    assertThat(record.terminationCode()).isEqualTo(termination);
    assertThat(record.fault).isNull();
    assertThat(String.valueOf(record.upgrade)).isEqualTo("websocket");
    assertThat(record.status).isEqualTo(101);
    assertThat(LogLine.of(record)).isEqualTo(LogLine.with(101, termination, null));
    assertThat(proxy.server("app", 0).faults()).isZero();
    return record;
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void theServerEndsIt(Pair pair) {
    behindThe101(
        (request, wire) -> {
          wire.send("hello " + wire.read(5));
          wire.end(End.FINISH);
        });
    try (TunnelClient client = open(pair)) {
      assertThat(client.send("world").read(11)).isEqualTo("hello world");
      client.awaitEnd();
      ExchangeRecord record = ended("S-");
      assertThat(record.bytesReceived).isEqualTo(5);
      assertThat(record.bytesSent).isEqualTo(11);
      if (pair.server() == Version.H1) {
        assertThat(server.awaitConnection(0).ending())
            .isEqualTo(ScriptedConnection.Ending.CLOSED_BY_PEER);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void theClientEndsItAndAllThatItSentArrives(Pair pair) {
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101(
        (request, wire) -> {
          came.complete(wire.readToEnd());
          wire.end(End.FINISH);
        });
    try (TunnelClient client = open(pair)) {
      long length = 3 << 20;
      assertThat(client.sendInBackground(length)).succeedsWithin(Await.LIMIT);
      client.end();
      assertThat(Await.result("the end", came)).isEqualTo(length);
      assertThat(ended("C-").bytesReceived).isEqualTo(length);
    }
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void noOtherExchangeGetsItsConnectionOfHttp1(Pair pair) {
    behindThe101(
        (request, wire) -> {
          wire.readToEnd();
          wire.end(End.FINISH);
        });
    try (TunnelClient client = open(pair);
        Client next = Version.H1.connect(proxy)) {
      client.end();
      ended("C-");
      assertThat(next.request("GET", "/").answer().status()).isEqualTo(200);
      assertThat(server.awaitRequest(1).connection())
          .isEqualTo(pair.server() == Version.H1 ? 1 : 0);
    }
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void theServerResetsIt(Pair pair) {
    Gate gate = new Gate();
    behindThe101(
        (request, wire) -> {
          wire.send("hello");
          gate.pass();
          wire.end(End.ABORT);
        });
    try (TunnelClient client = open(pair)) {
      assertThat(client.read(5)).isEqualTo("hello");
      gate.open();
      Ended.badly(proxy, 101, "SD", Reason.SERVER_RESET);
      client.awaitBreak();
      assertThat(proxy.server("app", 0).faults()).isOne();
    }
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void theClientResetsIt(Pair pair) {
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101(
        (request, wire) -> {
          came.complete(wire.readToEnd());
          wire.end(End.FINISH);
        });
    try (TunnelClient client = open(pair)) {
      client.reset();
      Ended.badly(proxy, 101, "CD", Reason.CLIENT_GONE);
      assertThat(Await.result("the end", came)).isZero();
      assertThat(proxy.server("app", 0).faults()).isZero();
      if (pair.server() == Version.H2) {
        assertThat(server.awaitRequest(0).awaitReset()).isEqualTo(CANCEL);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void aServerThatReadsNothingHoldsTheClientUp(Pair pair) {
    Gate gate = new Gate();
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101(
        (request, wire) -> {
          gate.pass();
          came.complete(wire.readToEnd());
          wire.end(End.FINISH);
        });
    try (TunnelClient client = open(pair)) {
      Future<?> sending = client.sendInBackground(LARGE);
      assertThat(BackpressureTest.standstill(client::sent)).isLessThan(HELD);
      gate.open();
      assertThat(sending).succeedsWithin(Await.LIMIT.multipliedBy(4)); // it is much
      client.end();
      assertThat(Await.result("the end", came)).isEqualTo(LARGE);
    }
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void aClientThatReadsNothingHoldsTheServerUp(Pair pair) {
    AtomicLong sent = new AtomicLong();
    behindThe101(
        (request, wire) -> {
          for (long at = 0; at < LARGE; at += 64 * 1024) {
            wire.send("x".repeat(64 * 1024));
            sent.addAndGet(64 * 1024);
          }
          wire.end(End.FINISH);
        });
    start(pair);
    try (TunnelClient client = TunnelClient.askSlow(pair.client(), proxy, "/ws")) {
      assertThat(client.isOpened()).isTrue();
      assertThat(BackpressureTest.standstill(sent::get)).isLessThan(HELD);
      client.skip(LARGE);
      client.awaitEnd();
      assertThat(ended("S-").bytesSent).isEqualTo(LARGE);
    }
  }

  @ParameterizedTest
  @MethodSource(PAIRS)
  void silenceInBothDirectionsEndsIt(Pair pair) {
    timeouts = "idle: 50ms, tunnel: 400ms";
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101(
        (request, wire) -> {
          came.complete(wire.readToEnd());
          wire.end(End.FINISH);
        });
    try (TunnelClient client = open(pair)) {
      ExchangeRecord record = Ended.badly(proxy, 101, "cD", Reason.TUNNEL_TIMEOUT);
      assertThat(Duration.ofNanos(record.finished - record.responded))
          .isGreaterThanOrEqualTo(Duration.ofMillis(400));
      client.awaitBreak();
      assertThat(Await.result("the end", came)).isZero();
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @Test
  void theServerMayEndFirstAndReadOn() {
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101(
        (request, wire) -> {
          came.complete(wire.readToEnd());
          wire.end(End.FINISH);
        });
    start(new Pair(Version.H2, Version.H1));
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.open(false, TunnelClient.extendedConnect("/ws"));
      assertThat(stream.awaitHead().status()).isEqualTo(200);
      server.awaitConnection(0).finish();
      assertThat(stream.answer().content().length()).isZero();
      stream.data("still here", true);
      assertThat(Await.result("the end", came)).isEqualTo(10);
      ended("S-");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theClientMayEndFirstAndReadOn(Version spoken) {
    behindThe101(
        (request, wire) -> {
          wire.send("so many: " + wire.readToEnd());
          wire.end(End.FINISH);
        });
    start(new Pair(Version.H2, spoken));
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.open(false, TunnelClient.extendedConnect("/ws"));
      stream.awaitHead();
      stream.data("hello", true);
      assertThat(stream.answer().text()).isEqualTo("so many: 5");
      ended("C-");
    }
  }

  @Test
  void fieldsInATunnelBreakIt() {
    behindThe101(
        (request, wire) -> {
          wire.readToEnd();
          wire.end(End.FINISH);
        });
    start(new Pair(Version.H2, Version.H1));
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.open(false, TunnelClient.extendedConnect("/ws"));
      stream.awaitHead();
      stream.trailers("a", "b");
      assertThat(stream.awaitReset()).isEqualTo(1);
      Ended.badly(proxy, 101, "PD", Reason.MALFORMED_REQUEST);
    }
  }
}
