package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Request;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that stops in the middle of its content is answered 408, and no server is charged. */
class ContentTimeoutTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to("", "idle: 300ms", server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void isAnswered(Version version) {
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", "10").send("some");
      Request request = server.awaitRequest(0);
      Refusals.check(call.answer(), Reason.CONTENT_TIMEOUT);
      Verdict.failed(proxy, Reason.CONTENT_TIMEOUT, 408, "cH");
      assertThat(request.content().complete()).isFalse();
      assertThat(request.content().text()).isEqualTo("some");
    }
  }

  @Test
  void theRestIsNotWantedOverH2() {
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.start("PUT", Version.HOST, "/up").data("some", false);
      assertThat(stream.answer().status()).isEqualTo(408);
      assertThat(stream.awaitReset()).isZero();
      assertThat(client.get(Version.HOST, "/next").answer().status()).isEqualTo(200);
    }
  }

  @Test
  void theConnectionServesNoMoreOverH1() {
    try (Client client = Version.H1.connect(proxy)) {
      Answer answer = client.start("PUT", "/up").send("some").answer();
      assertThat(answer.field("connection")).isEqualTo("close");
      client.connection().send(Refusals.NEXT).halfClose();
      assertThat(client.connection().awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(server.requests()).hasSize(1);
    }
  }
}
