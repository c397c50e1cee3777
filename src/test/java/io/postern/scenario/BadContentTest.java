package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Behaviour;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Request;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Content that is not framed as announced ends its exchange; no server is charged. */
class BadContentTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"xyz\r\n", "3\r\nabcd\r\n", "3\nabc", "-1\r\n", "fffffffffffffffff\r\n"})
  void aBadChunk(String chunk) {
    try (RawClient client = Version.h1(proxy)) {
      client.send("POST /up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.sendChunk("good");
      Request request = server.awaitRequest(0);
      client.send(chunk);
      Refusals.check(client.readAnswer(), Reason.BAD_CONTENT);
      assertThat(client.send(Refusals.NEXT).halfClose().awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(request.content().complete()).isFalse();
    }
    requireRecord("PH");
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"abcd", "ab"})
  void aLengthThatIsNotThatOfTheContentOverH2(String content) {
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.start("POST", Version.HOST, "/up", "content-length", "3");
      Request request = server.awaitRequest(0);
      stream.data(content, true);
      assertThat(stream.awaitReset()).isEqualTo(0x1);
      assertThat(request.content().complete()).isFalse();
      requireRecord("PH");
      assertThat(client.get(Version.HOST, "/next").answer().status()).isEqualTo(200);
    }
  }

  @Test
  void aLengthThatTrailersCutShortOverH2() {
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.start("POST", Version.HOST, "/up", "content-length", "3");
      Request request = server.awaitRequest(0);
      stream.data("ab", false).trailers("x-end", "1");
      assertThat(stream.awaitReset()).isEqualTo(0x1);
      assertThat(request.content().complete()).isFalse();
      requireRecord("PH");
    }
  }

  @Test
  void aLengthWithoutContentOverH2() {
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.open(true, Refusals.h2("content-length", "3"));
      assertThat(stream.awaitReset()).isEqualTo(0x1);
      requireRecord("PR");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void anAnswerThatHasBegunIsCut() {
    server.otherwise(new Behaviour.Echo());
    try (RawClient client = Version.h1(proxy)) {
      client.send("POST /up HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.sendChunk("good");
      Head head = client.readHead();
      assertThat(head.status()).isEqualTo(200);
      client.send("xyz\r\n");
      assertThat(client.readContent(head, "POST").complete()).isFalse();
    }
    Verdict.failed(proxy, Reason.BAD_CONTENT, 200, "PD");
  }

  private void requireRecord(String terminationCode) {
    Verdict.failed(proxy, Reason.BAD_CONTENT, 400, terminationCode);
  }
}
