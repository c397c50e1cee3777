package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Frame;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Streams beyond those that a client may have open are refused (RFC 9113 §5.1.2), whether or not it
 * knows yet how many these are, and nothing else is: what it has sent behind their heads was under
 * way.
 */
class ConcurrentStreamsTest {

  private static final int ALLOWED = 2;
  private static final int OPENED = 50;
  private static final long REFUSED_STREAM = 7;

  private final Gate gate = new Gate();
  private final ScriptedServer server =
      ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "well"))));
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
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
              .formatted(ALLOWED, server.port()));

  @AfterEach
  void close() {
    gate.open();
    proxy.close();
    server.close();
  }

  @Test
  void beforeTheClientHasSaidThatItKnows() {
    try (H2Client client = Version.h2(proxy)) {
      theFirstAreServed(client);
    }
  }

  @Test
  void whenItKnows() {
    try (H2Client client = Version.h2(proxy)) {
      client.awaitSettings();
      client.ping("acked it").awaitPing("acked it");
      theFirstAreServed(client);
    }
  }

  private void theFirstAreServed(H2Client client) {
    List<H2Stream> streams = uploads(client);
    for (H2Stream each : streams.subList(ALLOWED, OPENED)) {
      assertThat(each.awaitReset()).isEqualTo(REFUSED_STREAM);
    }
    server.awaitRequest(ALLOWED - 1);
    gate.open();
    for (H2Stream each : streams.subList(0, ALLOWED)) {
      assertThat(each.answer().text()).isEqualTo("well");
    }
    assertThat(client.get(Version.HOST, "/").answer().text()).isEqualTo("well");
    assertThat(server.requests()).hasSize(ALLOWED + 1);
  }

  /** All at once, each with content behind its head. */
  private static List<H2Stream> uploads(H2Client client) {
    List<H2Stream> streams = new ArrayList<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = H2Frame.fieldBlock(H2Client.request("POST", Version.HOST, "/"));
    for (int i = 0; i < OPENED; i++) {
      H2Stream stream = client.reserve();
      streams.add(stream);
      bytes.writeBytes(
          new H2Frame(H2Frame.HEADERS, H2Frame.END_HEADERS, stream.id(), head).bytes());
    }
    for (H2Stream each : streams) {
      bytes.writeBytes(new H2Frame(H2Frame.DATA, H2Frame.END_STREAM, each.id(), "content").bytes());
    }
    client.write(bytes.toByteArray());
    return streams;
  }
}
