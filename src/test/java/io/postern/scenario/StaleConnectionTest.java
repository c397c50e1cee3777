package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server closes an idle connection just when a request goes out on it. What may be repeated is
 * sent again on a fresh connection; what may not is answered 502 (RFC 9110 §9.2.2).
 */
class StaleConnectionTest {

  private static final OnRequest OK = new Respond(Response.of(200, "ok"));

  static Stream<Arguments> protocolsAndEnds() {
    return Stream.of(Protocol.values())
        .flatMap(p -> Stream.of(End.CLOSE, End.RESET).map(end -> Arguments.of(p, end)));
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void anIdempotentRequestIsSentAgain(Protocol protocol, End end) {
    try (ScriptedServer server = ScriptedServer.start(OK, new EndAfter(0, end), OK);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/first").answer().status()).isEqualTo(200);
      assertThat(client.get("/second").answer().text()).isEqualTo("ok");
      assertThat(Ended.well(proxy).attempts).isEqualTo(1);
      assertThat(Ended.well(proxy).attempts).isEqualTo(2);
      assertThat(server.requests("/second")).hasSize(2);
      assertThat(server.awaitRequest(1).connection()).isZero();
      assertThat(server.awaitRequest(2).connection()).isEqualTo(1);
      assertThat(proxy.server("app", 0).inFlight()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void itIsSentAgainOnceOnly(Protocol protocol, End end) {
    try (ScriptedServer server = ScriptedServer.start(OK, new EndAfter(0, end));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/first").answer().status()).isEqualTo(200);
      assertThat(client.get("/second").answer().status()).isEqualTo(502);
      Ended.well(proxy);
      assertThat(Ended.badly(proxy, 502, "SH", Reason.SERVER_RESET).attempts).isEqualTo(2);
      assertThat(server.requests("/second")).hasSize(2);
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void aPostIsNot(Protocol protocol, End end) {
    try (ScriptedServer server = ScriptedServer.start(OK, new EndAfter(0, end), OK);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/first").answer().status()).isEqualTo(200);
      Ended.well(proxy);
      assertThat(client.post("/second", Content.text("pay")).answer().status()).isEqualTo(502);
      ExchangeRecord record = Ended.badly(proxy, 502, "SH", Reason.SERVER_RESET);
      assertThat(record.attempts).isEqualTo(1);
      assertThat(server.requests("/second")).hasSize(1);
      Ended.nextIsServedBy(server.address(), proxy, protocol);
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void aConnectionThatWasClosedMeanwhileIsNotTaken(Protocol protocol, End end) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/first").answer().status()).isEqualTo(200);
      Ended.well(proxy);
      if (end == End.CLOSE) {
        server.awaitConnection(0).finish();
      } else {
        server.awaitConnection(0).reset();
      }
      server.awaitConnection(0).ending();
      // Whether the proxy has heard of it by now or not: nobody is told.
      assertThat(client.get("/second").answer().status()).isEqualTo(200);
      assertThat(Ended.well(proxy).attempts).isBetween(1, 2);
      assertThat(client.get("/third").answer().status()).isEqualTo(200);
    }
  }
}
