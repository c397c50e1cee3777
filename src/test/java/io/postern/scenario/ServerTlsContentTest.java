package io.postern.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Content of any size goes through TLS on both sides, and no more of it is held than windows. */
class ServerTlsContentTest {

  private static final Content LARGE = Content.ofSize(40 << 20);

  /** Buffers of four sockets, in the kernel; what the proxy holds is a small part of that. */
  private static final long HELD = 32 << 20;

  private final ScriptedServer server = TlsPool.server("localhost");
  private final ProxyUnderTest proxy = TlsPool.proxy(server.port());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void anUploadWaitsForItsServer(Version version) {
    Gate gate = new Gate();
    server.on("/up", new Hold(gate, new Respond(Response.of(201, "made"))));
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", Long.toString(LARGE.length()));
      Future<?> sending = call.sendInBackground(LARGE);
      server.awaitRequest(0);
      assertThat(BackpressureTest.standstill(call::sent)).isGreaterThan(0).isLessThan(HELD);
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
      assertThat(BackpressureTest.standstill(sent::get)).isLessThan(HELD);
      client.readOn(call);
      assertThat(call.answer().content().isAllOf(LARGE)).isTrue();
    }
    assertThat(Verdict.served(proxy, 200).bytesSent).isEqualTo(LARGE.length());
  }

  @ParameterizedTest
  @EnumSource
  void bothWaysAtOnce(Version version) {
    server.on("/echo", new Echo());
    try (Client client = version.connect(proxy)) {
      Call call = client.start("POST", "/echo");
      Future<?> sending = call.sendInBackground(LARGE);
      assertThat(call.answer().content().isAllOf(LARGE)).isTrue();
      assertThat(sending).succeedsWithin(Await.LIMIT);
    }
    assertThat(server.connections()).hasSize(1);
  }
}
