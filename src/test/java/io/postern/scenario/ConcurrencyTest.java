package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many at once: every client gets its own answer, whole. */
class ConcurrencyTest {

  private static final int MANY = 200;

  @Test
  void onManyConnections() {
    try (ScriptedServer server = server();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        String path = "/" + i;
        answers.add(
            threads.submit(
                () -> {
                  try (Caller client = Protocol.H1.connect(proxy)) {
                    return client.get(path).answer();
                  }
                }));
      }
      for (int i = 0; i < MANY; i++) {
        isItsOwn(i, Await.result("answer " + i, answers.get(i)));
      }
    }
  }

  @Test
  void onManyStreamsOfOneConnection() {
    Gate gate = new Gate();
    try (ScriptedServer server = server();
        ProxyUnderTest proxy = proxy(server);
        Caller client = Protocol.H2.connect(proxy)) {
      server.on("/wait", new Hold(gate, new Respond(Response.of(200, "at last"))));
      Caller.Call waiting = client.get("/wait");
      List<Caller.Call> calls = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        calls.add(client.get("/" + i));
      }
      for (int i = 0; i < MANY; i++) {
        isItsOwn(i, calls.get(i).answer());
      }
      gate.open();
      assertThat(waiting.answer().text()).isEqualTo("at last");
    }
  }

  private static ProxyUnderTest proxy(ScriptedServer server) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [@CERTIFICATES@]}
            limits: {concurrentStreams: %d}
        routes:
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        """
            .formatted(MANY + 1, server.port()));
  }

  private static ScriptedServer server() {
    ScriptedServer server = ScriptedServer.start();
    for (int i = 0; i < MANY; i++) {
      OnRequest answer = new Respond(Response.of(200, content(i)).with("X-Number", "" + i));
      server.on("/" + i, answer);
    }
    return server;
  }

  private static Content content(int number) {
    return Content.ofSize(1000 + 331L * number);
  }

  private static void isItsOwn(int number, Answer answer) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.field("x-number")).isEqualTo("" + number);
    assertThat(answer.content().isAllOf(content(number))).as("content " + number).isTrue();
  }
}
