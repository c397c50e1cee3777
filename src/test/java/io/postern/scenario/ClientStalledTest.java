package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that stops reading is cut off after the idle time; no server is charged. */
class ClientStalledTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to("", "idle: 500ms", server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  private static final Response LARGE = Response.of(200, Content.ofSize(64 << 20));

  @ParameterizedTest
  @EnumSource
  void isCutOff(Version version) {
    server.on("/large", new Respond(LARGE));
    try (Client client = version.connectSlow(proxy)) {
      Call call = client.request("GET", "/large");
      assertThat(call.head().status()).isEqualTo(200);
      Verdict.failed(proxy, Reason.CLIENT_STALLED, 200, "cD");
      call.awaitCut();
      assertThat(server.connections()).hasSize(1);
      server.connections().getFirst().ending();
    }
  }

  /** Only the stream is over: the client may have stopped reading just that one. */
  @Test
  void otherStreamsAreServed() {
    server.on("/large", new Respond(LARGE));
    try (H2Client client = Version.h2(proxy).givesBack(false)) {
      H2Stream stream = client.get(Version.HOST, "/large");
      stream.awaitReset();
      client.widen(1 << 20);
      assertThat(client.get(Version.HOST, "/next").answer().text()).isEqualTo("ok");
    }
    Verdict.failed(proxy, Reason.CLIENT_STALLED, 200, "cD");
    Verdict.served(proxy, 200);
  }
}
