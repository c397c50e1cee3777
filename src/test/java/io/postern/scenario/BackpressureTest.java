package io.postern.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Content of any size goes through, and no more of it is held than a few windows. */
class BackpressureTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  private static final Content LARGE = Content.ofSize(40 << 20);

  /** Buffers of four sockets, in the kernel; the windows of the proxy are a small part of that. */
  private static final long HELD = 32 << 20;

  @ParameterizedTest
  @EnumSource
  void anUploadWaitsForItsServer(Version version) {
    Gate gate = new Gate();
    server.on("/up", new Hold(gate, new Respond(Response.of(201, "made"))));
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", Long.toString(LARGE.length()));
      Future<?> sending = call.sendInBackground(LARGE);
      server.awaitRequest(0);
      long sent = standstill(call::sent);
      assertThat(sent).isGreaterThan(0).isLessThan(HELD);
      assertThat(sending.isDone()).isFalse();
      gate.open();
      assertThat(call.answer().status()).isEqualTo(201);
      assertThat(server.awaitRequest(0).content().isAllOf(LARGE)).isTrue();
      assertThat(sending).succeedsWithin(Await.LIMIT);
    }
    assertThat(Verdict.served(proxy, 201).bytesReceived).isEqualTo(LARGE.length());
  }

  @ParameterizedTest
  @EnumSource
  void aDownloadWaitsForItsClient(Version version) {
    AtomicLong sent = new AtomicLong();
    server.on(
        "/down",
        new Custom(
            (request, wire) -> {
              wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE.length() + "\r\n\r\n");
              for (long at = 0; at < LARGE.length(); at += 64 * 1024) {
                wire.send(new String(LARGE.slice(at, 64 * 1024), ISO_8859_1));
                sent.addAndGet(64 * 1024);
              }
            }));
    try (Client client = version.connectSlow(proxy)) {
      Call call = client.request("GET", "/down");
      assertThat(call.head().status()).isEqualTo(200);
      assertThat(standstill(sent::get)).isLessThan(HELD);
      client.readOn(call);
      assertThat(call.answer().content().isAllOf(LARGE)).isTrue();
    }
    assertThat(Verdict.served(proxy, 200).bytesSent).isEqualTo(LARGE.length());
  }

  @ParameterizedTest
  @EnumSource
  void bothWaysAtOnce(Version version) {
    server.on("/echo", new Behaviour.Echo());
    try (Client client = version.connect(proxy)) {
      Call call = client.start("POST", "/echo");
      Future<?> sending = call.sendInBackground(LARGE);
      assertThat(call.answer().content().isAllOf(LARGE)).isTrue();
      assertThat(sending).succeedsWithin(Await.LIMIT);
    }
  }

  /** Waits until a number has not changed for a hundred looks. */
  static long standstill(LongSupplier number) {
    AtomicLong last = new AtomicLong(-1);
    AtomicLong same = new AtomicLong();
    Await.until(
        "a standstill",
        () -> {
          long now = number.getAsLong();
          same.set(now == last.getAndSet(now) ? same.get() + 1 : 0);
          return same.get() >= 100;
        });
    return last.get();
  }
}
