package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Content;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Content beyond {@code requestBody.limit} is answered 413, and no server is charged with it. */
class ContentLimitTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      Tuned.to("", "requestBody: {limit: 10KiB}", server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsAnnouncedIsRefusedBeforeAServerHearsOfIt(Version version) {
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", "10241", "Expect", "100-continue");
      Refusals.check(call.answer(), Reason.CONTENT_TOO_LARGE);
      Verdict.failed(proxy, Reason.CONTENT_TOO_LARGE, 413, "PR");
    }
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whatComesIsCounted(Version version) {
    Content content = Content.ofSize(10 * 1024);
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up").send(content);
      server.awaitRequest(0);
      call.send("x");
      Refusals.check(call.answer(), Reason.CONTENT_TOO_LARGE);
      Verdict.failed(proxy, Reason.CONTENT_TOO_LARGE, 413, "PH");
    }
    assertThat(server.awaitRequest(0).content().complete()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void theLimitItselfIsAllowed(Version version) {
    Content content = Content.ofSize(10 * 1024);
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up").send(content).end();
      assertThat(call.answer().status()).isEqualTo(200);
      Verdict.served(proxy, 200);
    }
    assertThat(server.awaitRequest(0).content().isAllOf(content)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerThatBeganIsCut(Version version) {
    server.on("/echo", new Behaviour.Echo());
    try (Client client = version.connect(proxy)) {
      Call call = client.start("POST", "/echo").send("ab");
      assertThat(call.head().status()).isEqualTo(200);
      call.sendInBackground(Content.ofSize(20 * 1024));
      call.awaitCut();
      Verdict.failed(proxy, Reason.CONTENT_TOO_LARGE, 200, "PD");
    }
  }

  /** Far more than sockets hold: whoever sends all of it first still reads the answer. */
  @Test
  void overH1AClientThatSendsAllFirstReadsTheAnswer() {
    Content large = Content.ofSize(24 << 20);
    try (Client client = Version.H1.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", Long.toString(large.length()));
      Answer answer = call.send(large).answer();
      Refusals.check(answer, Reason.CONTENT_TOO_LARGE);
      assertThat(answer.field("connection")).isEqualTo("close");
    }
  }

  /** More frames than any of them might be answered with a reset of its own. */
  @Test
  void overH2WhatWasUnderWayIsForgiven() {
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.open(false, H2Call.head("PUT", "/up", "Content-Length", "1000000"));
      assertThat(stream.answer().status()).isEqualTo(413);
      assertThat(stream.awaitReset()).as("NO_ERROR").isZero();
      for (int i = 0; i < 300; i++) {
        stream.data("x", false);
      }
      assertThat(client.get(Version.HOST, "/next").answer().text()).isEqualTo("ok");
      assertThat(stream.awaitReset()).as("still NO_ERROR").isZero();
    }
  }

  @Test
  void overH2TheRestIsNotWanted() {
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.start("PUT", Version.HOST, "/up");
      Call call = new H2Call(client, stream);
      Future<?> sending = call.sendInBackground(Content.ofSize(64 << 20));
      assertThat(stream.answer().status()).isEqualTo(413);
      assertThat(stream.awaitReset()).as("NO_ERROR").isZero();
      sending.cancel(true);
      assertThat(client.get(Version.HOST, "/next").answer().text()).isEqualTo("ok");
    }
  }
}
