package io.postern.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedConnection;
import io.postern.testkit.ScriptedServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens behind a 101, and how it ends. */
class TunnelTest {

  private static final Content LARGE = Content.ofSize(64 << 20);

  /** Buffers of four sockets, in the kernel; those of the proxy are a small part of that. */
  private static final long HELD = 32 << 20;

  private final ScriptedServer server = ScriptedServer.start();
  private ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  /** A server that switches, and then goes by a script. */
  private void behindThe101(Behaviour.Script script) {
    server.on(
        "/ws",
        new Custom(
            (request, wire) -> {
              wire.send(UpgradeTest.SWITCHED);
              script.run(request, wire);
            }));
  }

  private TunnelClient open() {
    TunnelClient client = TunnelClient.ask(proxy, "/ws");
    assertThat(client.status()).isEqualTo(101);
    return client;
  }

  private ExchangeRecord ended(String termination) {
    ExchangeRecord record = proxy.record();
    assertThat(record.terminationCode()).isEqualTo(termination);
    assertThat(record.fault).isNull();
    assertThat(String.valueOf(record.upgrade)).isEqualTo("websocket");
    assertThat(record.status).isEqualTo(101);
    assertThat(proxy.server("app", 0).faults()).isZero();
    return record;
  }

  @Test
  void theServerEndsIt() {
    behindThe101(
        (request, wire) -> {
          wire.send("hello " + wire.read(5));
          wire.end(End.CLOSE);
        });
    try (TunnelClient client = open()) {
      assertThat(client.send("world").read(11)).isEqualTo("hello world");
      client.awaitEnd();
      ExchangeRecord record = ended("S-");
      assertThat(record.bytesReceived).isEqualTo(5);
      assertThat(record.bytesSent).isEqualTo(11);
      assertThat(server.awaitConnection(0).ending())
          .isEqualTo(ScriptedConnection.Ending.CLOSED_BY_PEER);
    }
  }

  @Test
  void theClientEndsItAndAllThatItSentArrives() {
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101((request, wire) -> came.complete(wire.readToEnd()));
    try (TunnelClient client = open()) {
      Content content = Content.ofSize(3 << 20);
      assertThat(client.sendInBackground(content)).succeedsWithin(Await.LIMIT);
      client.end();
      assertThat(Await.result("the end", came)).isEqualTo(content.length());
      assertThat(ended("C-").bytesReceived).isEqualTo(content.length());
    }
  }

  @Test
  void noOtherExchangeGetsItsConnection() {
    behindThe101((request, wire) -> wire.readToEnd());
    try (TunnelClient client = open();
        Client next = Version.H1.connect(proxy)) {
      client.end();
      ended("C-");
      assertThat(next.request("GET", "/").answer().status()).isEqualTo(200);
      assertThat(server.awaitRequest(1).connection()).isOne();
    }
  }

  @Test
  void theServerResetsIt() {
    Gate gate = new Gate();
    behindThe101(
        (request, wire) -> {
          wire.send("hello");
          gate.pass();
          wire.end(End.RESET);
        });
    try (TunnelClient client = open()) {
      assertThat(client.read(5)).isEqualTo("hello");
      gate.open();
      Ended.badly(proxy, 101, "SD", Reason.SERVER_RESET);
      client.awaitEnd();
      assertThat(proxy.server("app", 0).faults()).isOne();
    }
  }

  @Test
  void theClientResetsIt() {
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101((request, wire) -> came.complete(wire.readToEnd()));
    try (TunnelClient client = open()) {
      client.reset();
      Ended.badly(proxy, 101, "CD", Reason.CLIENT_GONE);
      assertThat(Await.result("the end", came)).isZero();
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @Test
  void aServerThatReadsNothingHoldsTheClientUp() {
    Gate gate = new Gate();
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101(
        (request, wire) -> {
          gate.pass();
          came.complete(wire.readToEnd());
        });
    try (TunnelClient client = open()) {
      Future<?> sending = client.sendInBackground(LARGE);
      assertThat(BackpressureTest.standstill(client::sent)).isLessThan(HELD);
      gate.open();
      assertThat(sending).succeedsWithin(Await.LIMIT);
      client.end();
      assertThat(Await.result("the end", came)).isEqualTo(LARGE.length());
    }
  }

  @Test
  void aClientThatReadsNothingHoldsTheServerUp() {
    AtomicLong sent = new AtomicLong();
    behindThe101(
        (request, wire) -> {
          for (long at = 0; at < LARGE.length(); at += 64 * 1024) {
            wire.send(new String(LARGE.slice(at, 64 * 1024), ISO_8859_1));
            sent.addAndGet(64 * 1024);
          }
          wire.end(End.CLOSE);
        });
    try (TunnelClient client = TunnelClient.askSlow(proxy, "/ws")) {
      assertThat(client.status()).isEqualTo(101);
      assertThat(BackpressureTest.standstill(sent::get)).isLessThan(HELD);
      for (long at = 0; at < LARGE.length(); at += 64 * 1024) {
        assertThat(client.read(64 * 1024)).hasSize(64 * 1024);
      }
      client.awaitEnd();
      assertThat(ended("S-").bytesSent).isEqualTo(LARGE.length());
    }
  }

  private void restart(String timeouts) {
    proxy.close();
    proxy = ProxyUnderTest.to("", timeouts, server.address());
  }

  @Test
  void silenceInBothDirectionsEndsIt() {
    restart("idle: 50ms, tunnel: 400ms");
    CompletableFuture<Long> came = new CompletableFuture<>();
    behindThe101((request, wire) -> came.complete(wire.readToEnd()));
    try (TunnelClient client = open()) {
      ExchangeRecord record = Ended.badly(proxy, 101, "cD", Reason.TUNNEL_TIMEOUT);
      assertThat(Duration.ofNanos(record.finished - record.responded))
          .isGreaterThanOrEqualTo(Duration.ofMillis(400));
      client.awaitEnd();
      assertThat(Await.result("the end", came)).isZero();
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }
}
