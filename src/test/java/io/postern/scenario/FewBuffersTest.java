package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process with little memory for buffers, and clients that do not read what they asked for. */
class FewBuffersTest {

  /** More than the kernel takes for a client that reads nothing. */
  private static final Content LARGE = Content.ofSize(16 << 20);

  private static final int RECEIVE_BUFFER = 4096;

  /** They would hold a hundred kilobytes each, and more. */
  private static final int CROWD = 200;

  private static final String LEVEL = "postern_overload_level{resource=\"direct-memory\"}";
  private static final String REFUSED =
      "postern_overload_refused_total{resource=\"direct-memory\"}";
  private static final String OVERLOADED = "postern_faults_total{reason=\"overloaded\"}";

  private final ScriptedServer server = ScriptedServer.start();
  private final Deque<RawClient> slow = new ArrayDeque<>();

  @SuppressWarnings("NullAway.Init")
  private PosternProcess postern;

  @TempDir private Path directory;

  private void start(String memory, OnRequest large) {
    server.on("/large", large);
    String config =
        ProxyUnderTest.write(
            """
            listeners: {plain: {bind: "127.0.0.1:0"}}
            routes: [{name: all, pool: app}]
            pools: {app: {servers: [{address: "127.0.0.1:%d"}]}}
            admin: {bind: "127.0.0.1:0"}
            process: {eventLoops: 1}
            """
                .formatted(server.port()),
            directory);
    String options = "-XX:MaxDirectMemorySize=" + memory;
    postern = PosternProcess.start(Map.of("JDK_JAVA_OPTIONS", options), "run", "-c", config);
  }

  @AfterEach
  void close() {
    slow.forEach(RawClient::close);
    postern.close();
    server.close();
  }

  private long value(String series) {
    return Scrape.of(postern.awaitListener("admin")).value(series);
  }

  private RawClient client() {
    return RawClient.connect(postern.awaitListener("plain"));
  }

  /** A client that asks for much, and reads nothing. */
  private void beSlow() {
    RawClient client = RawClient.connect(postern.awaitListener("plain"), RECEIVE_BUFFER);
    slow.add(client);
    try {
      client.send("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    } catch (UncheckedIOException refused) {
      // It has come to that by now.
    }
  }

  /**
   * Waits until nobody takes any more: what is new must not find the level of before. Less and then
   * as much again is no more: near its end memory is given back, and taken anew.
   */
  private void awaitFull() {
    AtomicLong most = new AtomicLong();
    AtomicInteger noMore = new AtomicInteger();
    Await.until(
        "a standstill",
        () -> {
          long now = value("postern_direct_memory_bytes");
          boolean more = now > most.getAndAccumulate(now, Math::max);
          noMore.set(more ? 0 : noMore.get() + 1);
          return noMore.get() == 10 || value(LEVEL) == 2;
        });
  }

  private static boolean isServed(RawClient client) {
    return client.get("/", "localhost").status() == 200;
  }

  @Test
  void whoIsNewIsRefusedAndNobodyElseIsHurt() {
    start("32m", new Respond(Response.of(200, LARGE)));
    try (RawClient early = client()) {
      assertThat(isServed(early)).isTrue();
      while (value(LEVEL) < 2) {
        for (int i = 0; i < 4; i++) {
          beSlow();
        }
        awaitFull();
      }
      try (RawClient late = client()) {
        assertThat(late.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
      }
      Await.until("it is counted", () -> value(REFUSED) > 0);
      for (int i = 0; i < 20; i++) {
        assertThat(isServed(early)).isTrue();
      }
      try (RawClient first = slow.removeFirst()) {
        assertThat(first.readAnswer().content().isAllOf(LARGE)).isTrue();
      }
      assertThat(value(OVERLOADED)).isZero();
      slow.forEach(RawClient::close);
      Await.until("it is over", () -> value(LEVEL) == 0);
      try (RawClient late = client()) {
        assertThat(isServed(late)).isTrue();
      }
    }
  }

  /** They come before any has taken anything, and then there is not enough for all. */
  @Test
  void whereThereIsNoneLeftAnExchangeFailsAndTheProcessGoesOn() {
    Gate gate = new Gate();
    start("16m", new Hold(gate, new Respond(Response.of(200, LARGE))));
    for (int i = 0; i < CROWD; i++) {
      beSlow();
    }
    Await.until("all are there", () -> value("postern_exchanges_active") == CROWD);
    gate.open();
    // By the access log, for who asks for metrics may find no memory either.
    Await.until(
        "some fail", () -> postern.output().stream().anyMatch(each -> each.contains("overloaded")));
    slow.forEach(RawClient::close);
    Await.until("it is over", this::isCalm);
    try (RawClient late = client()) {
      assertThat(isServed(late)).isTrue();
    }
    assertThat(value(OVERLOADED)).isPositive();
    assertThat(value(serverFaults())).isZero();
    assertThat(postern.errors()).noneMatch(line -> line.contains("OutOf"));
  }

  /** Who asks may find no memory yet. */
  private boolean isCalm() {
    try {
      return value(LEVEL) == 0;
    } catch (UncheckedIOException | AssertionError overloaded) {
      return false;
    }
  }

  private String serverFaults() {
    String label = Ended.label(server.address());
    return "postern_server_faults_total{pool=\"app\",server=\"" + label + "\"}";
  }
}
