package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A head that does not come in time is answered 408; what trickles in buys no time. */
class RequestTimeoutTest {

  private static final int HEADERS = 1;
  private static final long ENHANCE_YOUR_CALM = 11;

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.to("requestHead: 300ms", "", server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"G", "GET / HTTP/1.1\r\nHost: localhost\r\n"})
  void aHeadThatStops(String begun) {
    try (RawClient client = Version.h1(proxy)) {
      Refusals.check(client.send(begun).readAnswer(), Reason.REQUEST_TIMEOUT);
      assertThat(client.halfClose().awaitEnding()).isEqualTo(Ending.CLOSED);
    }
    requireRecord();
  }

  @Test
  void aHeadThatTrickles() {
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET / HTTP/1.1\r\nX: ");
      Await.until(
          "the end of patience",
          () -> {
            client.send("a");
            return !proxy.hasNoRecord();
          });
      Refusals.check(client.readAnswer(), Reason.REQUEST_TIMEOUT);
    }
    requireRecord();
  }

  @Test
  void theTimeIsThatOfEachHead() {
    try (RawClient client = Version.h1(proxy)) {
      assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
      assertThat(proxy.record().terminationCode()).isEqualTo("--");
      client.send("GET / HT");
      Refusals.check(client.readAnswer(), Reason.REQUEST_TIMEOUT);
    }
    requireRecord();
  }

  /** Over h2 there is no stream to answer on, and no other frame may come: the connection ends. */
  @ParameterizedTest
  @ValueSource(strings = {"\u0082\u0084", ""})
  void aFieldBlockThatStops(String begun) {
    try (H2Client client =
        H2Client.connect(
            proxy.address(), ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "h2"))) {
      client.ping("12345678").awaitPing("12345678"); // behind which no SETTINGS is left to answer
      client.frame(HEADERS, 0, 1, begun);
      assertThat(client.awaitGoAway().code()).isEqualTo(ENHANCE_YOUR_CALM);
      client.awaitEnding();
    }
    requireRecord();
  }

  private void requireRecord() {
    Verdict.failed(proxy, Reason.REQUEST_TIMEOUT, 408, "cR");
    assertThat(proxy.server("app", 0).exchanges()).isEqualTo(server.requests().size());
  }
}
