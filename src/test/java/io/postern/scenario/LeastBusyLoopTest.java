package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Scrape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of four event loops a connection goes to. */
class LeastBusyLoopTest {

  private static final int LOOPS = 4;
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private final List<RawClient> clients = new ArrayList<>();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: "127.0.0.1:0", limits: {connections: 2000}}
          routes:
            - {name: all, respond: {body: "tea"}}
          admin: {bind: "127.0.0.1:0"}
          process: {eventLoops: %d}
          """
              .formatted(LOOPS));

  @AfterEach
  void close() {
    clients.forEach(RawClient::close);
    proxy.close();
  }

  private void open(int count) {
    for (int i = 0; i < count; i++) {
      clients.add(RawClient.connect(proxy.address()));
    }
  }

  private List<Double> ofEachLoop(String family) {
    Scrape scrape = Scrape.of(proxy.admin());
    return IntStream.range(0, LOOPS)
        .mapToObj(loop -> scrape.values().get("%s{loop=\"%d\"}".formatted(family, loop)))
        .toList();
  }

  private List<Double> connections(int wanted) {
    Await.until(
        wanted + " connections",
        () ->
            ofEachLoop("postern_event_loop_connections").stream().mapToDouble(d -> d).sum()
                == wanted);
    return ofEachLoop("postern_event_loop_connections");
  }

  private static void assertEven(List<Double> values) {
    assertThat(Collections.max(values))
        .as("of %s", values)
        .isLessThanOrEqualTo(1.2 * Collections.min(values));
  }

  /** One connection asks without end for what costs a loop work and nobody else. */
  @Test
  void aBusyLoopGetsNoMore() {
    AtomicBoolean enough = new AtomicBoolean();
    open(1);
    int busy = connections(1).indexOf(1.0);
    CompletableFuture<Void> load =
        CompletableFuture.runAsync(() -> askUntil(enough, clients.getFirst()));
    try {
      Await.until("some work", () -> busyRatio(busy) > 0);
      assumeTrue(becomesBusy(busy), "SKIPPED: this machine has no time for a busy loop");
      open(90);
      List<Double> connections = new ArrayList<>(connections(91));
      assertThat(connections.remove(busy)).isEqualTo(1);
      assertEven(connections);
    } finally {
      enough.set(true);
      Await.result("the end of the load", load);
    }
  }

  private double busyRatio(int loop) {
    return ofEachLoop("postern_event_loop_busy_ratio").get(loop);
  }

  /** Whether it gets so much of a processor that it is told from those that do nothing. */
  private boolean becomesBusy(int loop) {
    long began = System.nanoTime();
    while (busyRatio(loop) < 0.15) {
      if (System.nanoTime() - began > Await.LIMIT.toNanos()) {
        return false;
      }
    }
    return true;
  }

  /** A thousand that each ask for as much as the others; scripts/scale looks at what that takes. */
  @Test
  void equalLoadIsSpreadEvenly() {
    open(1000);
    assertEven(connections(1000));
    for (int i = 0; i < 10; i++) {
      clients.forEach(each -> each.send(REQUEST));
      clients.forEach(RawClient::readAnswer);
    }
    clients.forEach(RawClient::close);
    assertThat(connections(0)).containsOnly(0.0);
  }

  /** With many fields, which are more work for the loop than its answers are for the client. */
  private static void askUntil(AtomicBoolean enough, RawClient client) {
    int atOnce = 64;
    String request =
        REQUEST.replace("\r\n\r\n", "\r\n" + "X-Field: a value\r\n".repeat(90) + "\r\n");
    while (!enough.get()) {
      client.send(request.repeat(atOnce));
      for (int i = 0; i < atOnce; i++) {
        client.readAnswer();
      }
    }
  }
}
