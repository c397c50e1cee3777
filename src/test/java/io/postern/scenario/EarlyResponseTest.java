package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.ScriptedServer;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that answers before it has read the content is heard. */
class EarlyResponseTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  private static final int INITIAL_WINDOW_SIZE = 4;

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  /** Answers, and never reads: the connection of the server is stuck until it is closed. */
  private void answerAtOnce() {
    server.on(
        "/up",
        new Custom(
            (request, wire) -> {
              wire.send(
                  "HTTP/1.1 413 No\r\nContent-Length: 9\r\nConnection: close\r\n\r\ntoo large");
              wire.end(End.STALL);
            }));
  }

  @Test
  void overH1TheClientReadsTheAnswerAndNoReset() {
    answerAtOnce();
    try (Client client = Version.H1.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", "1000000").send("some");
      Answer answer = call.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.text()).isEqualTo("too large");
      assertThat(answer.field("connection")).isEqualTo("close");
      call.send(Content.ofSize(900_000));
      client.connection().halfClose();
      assertThat(client.connection().awaitEnding()).isEqualTo(Ending.CLOSED);
    }
    Verdict.served(proxy, 413);
    Verdict.requireNoCharge(proxy);
  }

  @Test
  void overH1AClientThatSendsAllFirstReadsTheAnswer() {
    answerAtOnce();
    try (Client client = Version.H1.connect(proxy)) {
      Content large = Content.ofSize(8 << 20);
      Call call = client.start("PUT", "/up", "Content-Length", Long.toString(large.length()));
      assertThat(call.send(large).answer().status()).isEqualTo(413);
    }
    Verdict.requireNoCharge(proxy);
  }

  /** Nobody wants what it sends, so it is not read as fast as the loop can. */
  @Test
  void overH1AClientThatSendsOnIsReadAtAPace() {
    answerAtOnce();
    try (RawClient client = Version.h1(proxy)) {
      client.send(
          "PUT /up HTTP/1.1\r\nHost: "
              + Version.HOST
              + "\r\nContent-Length: "
              + (1L << 30)
              + "\r\n\r\n");
      assertThat(megabytesASecondOfRest(client, 413, 16)).isBetween(2.0, 12.0);
    }
  }

  /** Whoever sends what cannot be read seldom waits for an answer. */
  @Test
  void overH1AClientThatSendsOnWhatCannotBeReadIsReadSlowly() {
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n");
      assertThat(megabytesASecondOfRest(client, 400, 4)).isBetween(0.5, 4.0);
    }
  }

  /** How fast so many MiB are read once the sockets are full, which let go of them in bursts. */
  private static double megabytesASecondOfRest(RawClient client, int status, int megabytes) {
    client.sendInBackground(Content.ofSize(1L << 30));
    assertThat(client.readAnswer().status()).isEqualTo(status);
    long inSockets = 10 << 20;
    Await.until("the sockets are full", () -> client.sent() > inSockets);
    long before = client.sent();
    long began = System.nanoTime();
    Await.until("more is sent", () -> client.sent() > before + ((long) megabytes << 20));
    double seconds = (System.nanoTime() - began) / 1e9;
    return (client.sent() - before) / seconds / (1 << 20);
  }

  @Test
  void overH2TheRestIsNotWanted() {
    answerAtOnce();
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.start("PUT", Version.HOST, "/up").data("some", false);
      assertThat(stream.answer().status()).isEqualTo(413);
      assertThat(stream.answer().text()).isEqualTo("too large");
      assertThat(stream.awaitReset()).as("NO_ERROR").isZero();
      Verdict.served(proxy, 413);
      assertThat(client.get(Version.HOST, "/next").answer().text()).isEqualTo("ok");
    }
    Verdict.requireNoCharge(proxy);
  }

  /** It may send as far ahead as it was allowed before, and is not allowed more. */
  @Test
  void overH2NothingMoreIsReadWhileTheClientDoesNotReadTheAnswer() {
    answerAtOnce();
    RawClient connection =
        RawClient.connect(
            proxy.address(), ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "h2"));
    try (H2Client client = H2Client.over(connection, INITIAL_WINDOW_SIZE, 0)) {
      H2Stream stream = client.start("PUT", Version.HOST, "/up");
      Call call = new H2Call(client, stream);
      stream.awaitHead();
      Future<?> sending = call.sendInBackground(Content.ofSize(64 << 20));
      assertThat(BackpressureTest.standstill(call::sent)).isLessThanOrEqualTo(1 << 20);
      stream.widen(100);
      assertThat(stream.answer().text()).isEqualTo("too large");
      assertThat(stream.awaitReset()).as("NO_ERROR").isZero();
      sending.cancel(true);
    }
    assertThat(server.awaitRequest(0).content().length()).isZero();
    Verdict.requireNoCharge(proxy);
  }

  /** What still comes is thrown away, but whoever is quiet has read the answer, or never will. */
  @Test
  void overH1AClientThatFallsSilentIsCutOff() {
    answerAtOnce();
    try (Client client = Version.H1.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", "1000000").send("some");
      assertThat(call.answer().status()).isEqualTo(413);
      call.send("more");
      assertThat(client.connection().awaitEnding()).isEqualTo(Ending.CLOSED);
    }
    assertThat(server.awaitRequest(0).content().length()).isLessThanOrEqualTo(4);
  }

  /** Both ways at once: no part of the answer waits for the end of the request. */
  @ParameterizedTest
  @EnumSource
  void anAnswerMayFlowWhileTheRequestDoes(Version version) {
    server.on("/echo", new Behaviour.Echo());
    try (Client client = version.connect(proxy)) {
      Call call = client.start("POST", "/echo").send("ab");
      assertThat(call.head().status()).isEqualTo(200);
      assertThat(call.send("cd").end().answer().text()).isEqualTo("abcd");
      Verdict.served(proxy, 200);
    }
  }
}
