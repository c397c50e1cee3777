package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.EndOnAccept;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.Serve;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Cut;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Servers that end the connection too early: 502 before the response began; after that the client
 * sees its own break off, and never a second status line.
 */
class ServerResetTest {

  private static final OnRequest OK = new Respond(Response.of(200, "ok"));

  static Stream<Arguments> protocolsAndEnds() {
    return Stream.of(Protocol.values())
        .flatMap(p -> Stream.of(End.CLOSE, End.RESET).map(end -> Arguments.of(p, end)));
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void beforeTheResponse(Protocol protocol, End end) {
    OnRequest ends = new EndAfter(0, end);
    try (ScriptedServer server = ScriptedServer.start(ends, OK);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      answersBadGateway(proxy, client.get("/"), server);
      // The client's connection lives on.
      assertThat(client.get("/again").answer().status()).isEqualTo(200);
      assertThat(server.connections()).hasSize(2);
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void asItIsAccepted(Protocol protocol, End end) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      server.onConnections(new EndOnAccept(end), new Serve());
      answersBadGateway(proxy, client.get("/"), server);
      assertThat(client.get("/again").answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void inTheResponseHead(Protocol protocol, End end) {
    OnRequest ends = new Raw("HTTP/1.1 200 OK\r\nContent-Le", List.of(end));
    try (ScriptedServer server = ScriptedServer.start(ends, OK);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      answersBadGateway(proxy, client.get("/"), server);
      assertThat(client.get("/again").answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void inTheUpload(Protocol protocol, End end) {
    OnRequest ends = new EndAfter(20_000, end);
    try (ScriptedServer server = ScriptedServer.start().on("/upload", ends);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      Caller.Call call = client.begin("POST", "/upload", 1_000_000);
      call.send("x".repeat(15_000), false).send("y".repeat(15_000), false);
      Answer answer = call.answer();
      assertThat(answer.status()).isEqualTo(502);
      Ended.badly(proxy, 502, "SH", Reason.SERVER_RESET);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      Ended.nextIsServedBy(server.address(), proxy, protocol);
    }
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void inContentWithLength(Protocol protocol, End end) {
    breaksOff(protocol, end, Response.of(200, Content.ofSize(50_000)));
  }

  @ParameterizedTest
  @MethodSource("protocolsAndEnds")
  void inChunkedContent(Protocol protocol, End end) {
    breaksOff(protocol, end, Response.of(200, Content.ofSize(50_000)).chunked());
  }

  private static void breaksOff(Protocol protocol, End end, Response response) {
    OnRequest ends = new Truncate(response, 20_000, end);
    try (ScriptedServer server = ScriptedServer.start().on("/cut", ends);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      Cut cut = client.get("/cut").cut();
      assertThat(cut.status()).isEqualTo(200);
      assertThat(cut.bytes()).isLessThanOrEqualTo(20_000);
      ExchangeRecord record = Ended.badly(proxy, 200, "SD", Reason.SERVER_RESET);
      assertThat(record.attempts).isEqualTo(1);
      assertThat(record.server).isEqualTo(Ended.label(server.address()));
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      assertThat(proxy.server("app", 0).inFlight()).isZero();
      Ended.nextIsServedBy(server.address(), proxy, protocol);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void allOfTheContentIsDeliveredThatCameBeforeTheEnd(Protocol protocol) {
    Response response = Response.of(200, Content.ofSize(50_000));
    OnRequest ends = new Truncate(response, 20_000, End.CLOSE);
    try (ScriptedServer server = ScriptedServer.start(ends);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/cut").cut()).isEqualTo(new Cut(200, 20_000));
      assertThat(proxy.record().bytesSent).isEqualTo(20_000);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void inTheTrailers(Protocol protocol) {
    String whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1";
    OnRequest ends = new Raw(whole, List.of(End.CLOSE));
    try (ScriptedServer server = ScriptedServer.start(ends);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.get("/").cut()).isEqualTo(new Cut(200, 3));
      Ended.badly(proxy, 200, "SD", Reason.SERVER_RESET);
    }
  }

  /** A server may answer an upload it does not want, and go: the answer counts (RFC 9112 §9.5). */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void afterAnAnswerToAnUploadThatItDidNotRead(Protocol protocol) {
    String answer = "HTTP/1.1 413 No\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n";
    OnRequest refuses =
        new Custom(
            (request, wire) -> {
              wire.send(answer);
              wire.end(End.CLOSE);
            });
    try (ScriptedServer server = ScriptedServer.start().on("/upload", refuses);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Caller client = protocol.connect(proxy)) {
      Answer told = client.post("/upload", Content.ofSize(100_000)).answer();
      assertThat(told.status()).isEqualTo(413);
      assertThat(told.text()).isEqualTo("no\n");
      assertThat(proxy.record().status).isEqualTo(413);
      assertThat(proxy.server("app", 0).faults()).isZero();
      Ended.nextIsServedBy(server.address(), proxy, protocol);
    }
  }

  private static void answersBadGateway(
      ProxyUnderTest proxy, Caller.Call call, ScriptedServer server) {
    Answer answer = call.answer();
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.text()).startsWith("server-reset: ");
    ExchangeRecord record = Ended.badly(proxy, 502, "SH", Reason.SERVER_RESET);
    assertThat(record.attempts).isEqualTo(1);
    assertThat(record.server).isEqualTo(Ended.label(server.address()));
    assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
    assertThat(proxy.server("app", 0).inFlight()).isZero();
  }
}
