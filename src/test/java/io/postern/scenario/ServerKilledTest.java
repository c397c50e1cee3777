package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedConnection;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One of three servers dies while many requests run, and comes back. */
class ServerKilledTest {

  private static final String OFTEN = "type: http, interval: 30ms, timeout: 5s, rise: 2, fall: 3";
  private static final int CLIENTS = 12;

  /** Clients that ask one request after the other until they are told to stop. */
  private static final class Load implements AutoCloseable {

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger answers = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(CLIENTS);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    Load(Supplier<Caller> connect, Function<Caller, Caller.Call> ask) {
      for (int i = 0; i < CLIENTS; i++) {
        Thread.ofVirtual().start(() -> run(connect, ask));
      }
    }

    private void run(Supplier<Caller> connect, Function<Caller, Caller.Call> ask) {
      try (Caller client = connect.get()) {
        while (!over.get()) {
          ask.apply(client).answer();
          answers.incrementAndGet();
        }
      } catch (RuntimeException | AssertionError failure) {
        failures.add(failure);
      } finally {
        ended.countDown();
      }
    }

    /** Waits for so many answers more. */
    void awaitAnswers(int more) {
      int enough = answers.get() + more;
      Await.until(more + " answers", () -> answers.get() >= enough || !failures.isEmpty());
    }

    /** Ends the load; answers how many requests were answered. */
    int end() {
      over.set(true);
      Await.latch("the end of all clients", ended);
      assertThat(failures).isEmpty();
      return answers.get();
    }

    @Override
    public void close() {
      over.set(true);
      Await.latch("the end of all clients", ended);
    }
  }

  /** Content was taken, so that nothing may be sent twice: what the server had, fails. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void onlyWhatItWasServingFails(Protocol protocol) {
    Content content = Content.ofSize(100);
    long failed = failedOf(protocol, client -> client.post("/load", content));
    assertThat(failed).isBetween(CLIENTS / 2L, (long) CLIENTS);
  }

  /** Runs it all; answers how many requests failed. */
  private static long failedOf(Protocol protocol, Function<Caller, Caller.Call> ask) {
    try (ScriptedServer dying = ScriptedServer.start();
        ScriptedServer second = ScriptedServer.start();
        ScriptedServer third = ScriptedServer.start();
        ProxyUnderTest proxy =
            Checked.once(Checked.to(2, OFTEN, dying.address(), second.address(), third.address()));
        Load load = new Load(() -> protocol.connect(proxy), ask)) {
      load.awaitAnswers(300);
      killInTheMidstOf(dying);
      Checked.awaitDown(proxy, 0);
      // What was on its way when it went down has ended long before so many answers more.
      load.awaitAnswers(100);
      long chosen = proxy.server("app", 0).exchanges();
      load.awaitAnswers(200);
      assertThat(proxy.server("app", 0).exchanges()).as("no traffic").isEqualTo(chosen);

      dying.on("/load", new Respond(Response.of(200, "ok"))).listenAgain();
      Checked.awaitUp(proxy, 0);
      load.awaitAnswers(300);
      return failed(proxy, load.end(), Ended.label(dying.address()));
    }
  }

  /** Kills it when it has requests of half of the clients at least, and answers none. */
  private static void killInTheMidstOf(ScriptedServer dying) {
    dying.on("/load", new Hold(new Gate(), new Respond(Response.of(200, "never"))));
    int before = dying.requests("/load").size();
    Await.until("requests", () -> dying.requests("/load").size() >= before + CLIENTS / 2);
    dying.refuse();
    dying.connections().forEach(ScriptedConnection::reset);
  }

  private static long failed(ProxyUnderTest proxy, int answers, String dying) {
    List<ExchangeRecord> records = new ArrayList<>();
    for (int i = 0; i < answers; i++) {
      records.add(proxy.record());
    }
    List<ExchangeRecord> failed = records.stream().filter(each -> each.status != 200).toList();
    Map<String, Long> ends =
        failed.stream()
            .collect(
                Collectors.groupingBy(
                    each -> each.status + " " + each.terminationCode(), Collectors.counting()));
    System.out.printf("server killed: %d answers, failed: %s%n", answers, ends);
    // A head had been written to the server that died; all else went to another.
    assertThat(failed)
        .allSatisfy(
            each -> {
              assertThat(each.server).isEqualTo(dying);
              assertThat(each.status).isEqualTo(502);
              assertThat(each.terminationCode()).isEqualTo("SH");
            });
    assertThat(records)
        .filteredOn(each -> each.status == 200)
        .allSatisfy(each -> assertThat(each.terminationCode()).isEqualTo("--"));
    assertThat(proxy.hasNoRecord()).isTrue();
    assertThat(records.subList(answers - 150, answers))
        .filteredOn(each -> dying.equals(each.server))
        .as("its share after it came back")
        .hasSizeBetween(35, 65);
    return failed.size();
  }
}
