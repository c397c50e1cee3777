package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client that waits for a 100 (Continue) waits for the server, whatever that does; a 100 and a
 * 417 are in {@link InformationalTest}.
 */
class ExpectContinueTest {

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String response) {
    return Tuned.to(
        "",
        "timeouts: {response: %s, idle: 60s}, requestBody: {minRate: 1KiB/s}".formatted(response),
        server.address());
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatSaysNothingIsToBlame(Version version) {
    server.on("/up", new Custom((request, wire) -> wire.end(End.STALL)));
    try (ProxyUnderTest proxy = proxy("300ms");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", "5", "Expect", "100-continue");
      Refusals.check(call.answer(), Reason.RESPONSE_TIMEOUT);
      Ended.badly(proxy, 504, "sH", Reason.RESPONSE_TIMEOUT);
      assertThat(proxy.server("app", 0).faults()).isOne();
    }
  }

  /** RFC 9110 §10.1.1: a client does not have to wait for ever. */
  @ParameterizedTest
  @EnumSource
  void aClientThatWaitsNoLongerIsServed(Version version) {
    try (ProxyUnderTest proxy = proxy("20s");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Expect", "100-continue");
      server.awaitRequest(0);
      call.send("hello").end();
      assertThat(call.answer().status()).isEqualTo(200);
      assertThat(call.informational()).isEmpty();
      Verdict.served(proxy, 200);
    }
    assertThat(server.awaitRequest(0).content().text()).isEqualTo("hello");
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerWithoutIt(Version version) {
    server.on(
        "/up",
        new Custom(
            (request, wire) -> {
              wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhad");
              wire.end(End.STALL);
            }));
    try (ProxyUnderTest proxy = proxy("20s");
        Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/up", "Content-Length", "5", "Expect", "100-continue");
      assertThat(call.answer().text()).isEqualTo("had");
      assertThat(call.informational()).isEmpty();
      Verdict.served(proxy, 200);
    }
  }
}
