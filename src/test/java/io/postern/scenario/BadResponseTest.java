package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Cut;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers whose responses are not valid HTTP: 502, and their connection is never used again. */
class BadResponseTest {

  private static final Map<String, String> HEADS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("a bad status", "HTTP/1.1 2OO OK\r\nContent-Length: 0\r\n\r\n"),
              Map.entry("a bad version", "HTTP/1.x 200 OK\r\nContent-Length: 0\r\n\r\n"),
              Map.entry("another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
              Map.entry("HTTP/2", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
              Map.entry("a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"),
              Map.entry("a field without colon", "HTTP/1.1 200 OK\r\nfoo\r\n\r\n"),
              Map.entry("a blank before the colon", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"),
              Map.entry("a NUL in a value", "HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n"),
              Map.entry("101", "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"),
              Map.entry(
                  "two lengths",
                  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
              Map.entry("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
              Map.entry(
                  "length and coding",
                  "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"),
              Map.entry("an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\n\r\n"),
              Map.entry(
                  "an over-long head", "HTTP/1.1 200 OK\r\nA: " + "x".repeat(200_000) + "\r\n\r\n"),
              Map.entry(
                  "too many fields", "HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(1000) + "\r\n")));

  private static final Map<String, String> CHUNKS =
      new TreeMap<>(
          Map.of(
              "a size that is no number", "xyz\r\n",
              "a size that overflows", "ffffffffffffffffff\r\n",
              "no line end after a chunk", "1\r\na0\r\n\r\n",
              "a bad trailer", "0\r\nno colon\r\n\r\n"));

  static Stream<Arguments> heads() {
    return Stream.of(Protocol.values())
        .flatMap(p -> HEADS.keySet().stream().map(what -> Arguments.of(p, what)));
  }

  static Stream<Arguments> chunks() {
    return Stream.of(Protocol.values())
        .flatMap(p -> CHUNKS.keySet().stream().map(what -> Arguments.of(p, what)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("heads")
  void inTheHead(Protocol protocol, String what) {
    Raw bad = new Raw(Objects.requireNonNull(HEADS.get(what)), List.of(End.STALL));
    try (ScriptedServer server = ScriptedServer.start().on("/bad", bad);
        ProxyUnderTest proxy = ProxyUnderTest.to("", "response: 5s", server.address());
        Caller client = protocol.connect(proxy)) {
      Answer answer = client.get("/bad").answer();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.text()).startsWith("bad-response: ");
      assertThat(Ended.badly(proxy, 502, "PH", Reason.BAD_RESPONSE).server)
          .isEqualTo(Ended.label(server.address()));
      closedAndUsable(server, proxy, client);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("chunks")
  void inAChunk(Protocol protocol, String what) {
    String begin = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    Raw bad = new Raw(begin + Objects.requireNonNull(CHUNKS.get(what)), List.of(End.STALL));
    try (ScriptedServer server = ScriptedServer.start().on("/bad", bad);
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address())) {
      try (Caller client = protocol.connect(proxy)) {
        Cut cut = client.get("/bad").cut();
        assertThat(cut.status()).isEqualTo(200);
        Ended.badly(proxy, 200, "PD", Reason.BAD_RESPONSE);
      }
      try (Caller client = protocol.connect(proxy)) {
        closedAndUsable(server, proxy, client);
      }
    }
  }

  private static void closedAndUsable(ScriptedServer server, ProxyUnderTest proxy, Caller client) {
    assertThat(server.awaitConnection(0).ending())
        .isIn(Ending.CLOSED_BY_PEER, Ending.BROKEN_BY_PEER);
    assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
    assertThat(proxy.server("app", 0).inFlight()).isZero();
    assertThat(client.get("/next").answer().status()).isEqualTo(200);
    assertThat(server.connections()).hasSize(2);
  }
}
