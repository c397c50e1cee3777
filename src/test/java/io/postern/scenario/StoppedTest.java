package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.runtime.Drain;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is still in flight when the time of a drain is over, or at a second SIGTERM, is cut. */
class StoppedTest {

  private final Gate gate = new Gate();
  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    gate.open();
    server.close();
  }

  private ProxyUnderTest proxy(String drain, String tls) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", limits: {connections: 1000}%s}
        routes: [{name: all, pool: app}]
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        shutdown: {announce: 0s, spread: 0s, drain: %s}
        process: {eventLoops: 1}
        """
            .formatted(tls, server.port(), drain));
  }

  private ProxyUnderTest proxy(String drain) {
    return proxy(drain, ", tls: {certificates: [@CERTIFICATES@]}");
  }

  @ParameterizedTest
  @EnumSource
  void anExchangeWithoutAnswerIsAnswered(Version version) throws InterruptedException {
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("200ms");
        Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitRequest(0);
      assertThat(proxy.drain().run()).isFalse();
      Refusals.check(call.answer(), Reason.STOPPED);
      Verdict.failed(proxy, Reason.STOPPED, 503, "KH");
    }
  }

  @Test
  void anExchangeOfAPlainListenerIsAnswered() throws InterruptedException {
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("200ms", "");
        RawClient client = RawClient.connect(proxy.address())) {
      client.send(Refusals.NEXT);
      server.awaitRequest(0);
      assertThat(proxy.drain().run()).isFalse();
      Refusals.check(client.readAnswer(), Reason.STOPPED);
      Verdict.failed(proxy, Reason.STOPPED, 503, "KH");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResponseIsCut(Version version) throws InterruptedException {
    server.otherwise(new Drip(Response.of(200, "abcdef"), 3, gate));
    try (ProxyUnderTest proxy = proxy("200ms");
        Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      assertThat(call.head().status()).isEqualTo(200);
      assertThat(proxy.drain().run()).isFalse();
      call.awaitCut();
      Verdict.failed(proxy, Reason.STOPPED, 200, "KD");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSecondSignalDoesNotWait(Version version) {
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("1h");
        Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitRequest(0);
      Drain drain = proxy.drain();
      Future<Boolean> calm = inBackground(drain);
      drain.hurry();
      assertThat(Await.result("the drain", calm)).isFalse();
      Refusals.check(call.answer(), Reason.STOPPED);
      Verdict.failed(proxy, Reason.STOPPED, 503, "KH");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatEndsInTimeIsNotCut(Version version) {
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("1h");
        Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitRequest(0);
      Future<Boolean> calm = inBackground(proxy.drain());
      Await.until("nothing is accepted", () -> isRefused(proxy.address()));
      gate.open();
      Answer answer = call.answer();
      assertThat(answer.text()).isEqualTo("late");
      assertThat(answer.field("connection")).isEqualTo(version == Version.H1 ? "close" : "");
      assertThat(Await.result("the drain", calm)).isTrue();
      Verdict.served(proxy, 200);
    }
  }

  @Test
  void streamsBehindTheLastOneAreNotLost() {
    server.otherwise(new Hold(gate, new Respond(Response.of(200, "late"))));
    try (ProxyUnderTest proxy = proxy("1h");
        H2Client client = Version.h2(proxy)) {
      H2Stream held = client.get(Version.HOST, "/");
      server.awaitRequest(0);
      Future<Boolean> calm = inBackground(proxy.drain());
      assertThat(client.awaitGoAway().lastStream()).isEqualTo(Integer.MAX_VALUE);
      H2Stream crossed = client.get(Version.HOST, "/");
      server.awaitRequest(1);
      assertThat(client.awaitGoAway(1).lastStream()).isEqualTo(crossed.id());
      gate.open();
      assertThat(held.answer().text()).isEqualTo("late");
      assertThat(crossed.answer().text()).isEqualTo("late");
      assertThat(Await.result("the drain", calm)).isTrue();
    }
  }

  private static boolean isRefused(InetSocketAddress address) {
    try {
      RawClient.connect(address).close();
      return false;
    } catch (UncheckedIOException refused) {
      return true;
    }
  }

  private static Future<Boolean> inBackground(Drain drain) {
    CompletableFuture<Boolean> calm = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                calm.complete(drain.run());
              } catch (InterruptedException interrupted) {
                calm.completeExceptionally(interrupted);
              }
            });
    return calm;
  }
}
