package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client below {@code requestBody.minRate} is answered 408; a server may be as slow as it is. */
class ContentTooSlowTest {

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest asking(String minRate) {
    return Tuned.to("", "requestBody: {minRate: %s}".formatted(minRate), server.address());
  }

  @ParameterizedTest
  @EnumSource
  void aDripIsAnswered(Version version) {
    CountDownLatch answered = new CountDownLatch(1);
    try (ProxyUnderTest proxy = asking("1KiB/s");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up").send("drip");
      Thread.startVirtualThread(() -> drip(call, answered));
      Refusals.check(call.answer(), Reason.CONTENT_TOO_SLOW);
      answered.countDown();
      Verdict.failed(proxy, Reason.CONTENT_TOO_SLOW, 408, "cH");
    }
    assertThat(server.awaitRequest(0).content().complete()).isFalse();
  }

  /** Each drip alone would do for {@code timeouts.idle}: the pause is what is tested here. */
  private static void drip(Call call, CountDownLatch answered) {
    try {
      while (!answered.await(100, TimeUnit.MILLISECONDS)) {
        call.send("drip");
      }
    } catch (InterruptedException | RuntimeException | AssertionError refused) {
      // The answer says it all.
    }
  }

  /** Sockets hold less than a window asks for: no window with the pause in it would do. */
  @ParameterizedTest
  @EnumSource
  void aSlowServerIsNotHeldAgainstTheClient(Version version) throws InterruptedException {
    Gate gate = new Gate();
    server.on("/up", new Hold(gate, new Respond(Response.of(201, "made"))));
    Content large = Content.ofSize(40 << 20);
    try (ProxyUnderTest proxy = asking("4MiB/s");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", Long.toString(large.length()));
      Future<?> sending = call.sendInBackground(large);
      server.awaitRequest(0);
      assertThat(BackpressureTest.standstill(call::sent)).isLessThan(20 << 20);
      assertThat(new CountDownLatch(1).await(6, TimeUnit.SECONDS)).as("a window passes").isFalse();
      gate.open();
      assertThat(call.answer().status()).isEqualTo(201);
      assertThat(sending).succeedsWithin(Await.LIMIT);
      Verdict.served(proxy, 201);
    }
  }
}
