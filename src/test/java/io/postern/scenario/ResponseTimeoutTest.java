package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that takes a request and does not answer within {@code timeouts.response}: 504. */
class ResponseTimeoutTest {

  private static final String TIMEOUTS = "response: 100ms, idle: 60s";

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void toAGet(Protocol protocol) {
    isAnswered504(protocol, new EndAfter(0, End.STALL), null);
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void toAnUploadThatWasReadWhole(Protocol protocol) {
    isAnswered504(protocol, new EndAfter(1000, End.STALL), Content.ofSize(1000));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void inTheMiddleOfTheHead(Protocol protocol) {
    isAnswered504(protocol, new Raw("HTTP/1.1 200 OK\r\nX-A: ", List.of(End.STALL)), null);
  }

  private static void isAnswered504(
      Protocol protocol, OnRequest stalls, @org.jspecify.annotations.Nullable Content content) {
    try (ScriptedServer server = ScriptedServer.start().on("/slow", stalls);
        ProxyUnderTest proxy = ProxyUnderTest.to("", TIMEOUTS, server.address());
        Caller client = protocol.connect(proxy)) {
      Answer answer =
          (content == null ? client.get("/slow") : client.post("/slow", content)).answer();
      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.text()).startsWith("response-timeout: ");
      ExchangeRecord record = Ended.badly(proxy, 504, "sH", Reason.RESPONSE_TIMEOUT);
      assertThat(record.attempts).isEqualTo(1);
      assertThat(record.finished - record.connected).isGreaterThanOrEqualTo(100_000_000L);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      assertThat(proxy.server("app", 0).inFlight()).isZero();
      // A late answer must not be taken for that of the next request.
      assertThat(server.awaitConnection(0).ending())
          .isIn(Ending.CLOSED_BY_PEER, Ending.BROKEN_BY_PEER);
      assertThat(client.get("/next").answer().status()).isEqualTo(200);
    }
  }
}
