package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.postern.testkit.Answer;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Corpus;
import io.postern.testkit.FrameText;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import io.postern.testkit.Recorded;
import io.postern.testkit.RecordingServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Each response of the corpora, hostile or odd, through a proxy. A bad one is a 502, or breaks off,
 * and the connection that it came on serves nobody else; nor does one with bytes left over.
 */
class HostileResponseTest {

  static final List<Corpus.Case> HEADS = Corpus.read("responses-refused.txt");
  static final List<Corpus.Case> CONTENT = Corpus.read("content-refused.txt");
  static final List<Corpus.Case> LEFT_OVER = Corpus.read("responses-left-over.txt");
  static final List<Corpus.Case> STREAMS = Corpus.read("h2-responses-refused.txt");
  static final List<Corpus.Case> ODD = Corpus.read("responses-accepted.txt");

  private static final String CHUNKED =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
  private static final String FINAL = "HTTP/1.1 204 No Content\r\n\r\n";
  private static final String[] UPGRADE = {
    "Connection", "Upgrade",
    "Upgrade", "websocket",
    "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="
  };

  private static RecordingServer server;
  private static RawH2Server streams;
  private static ProxyUnderTest proxy;
  private static Caller h1;
  private static Caller h2;

  /** The connection to the server of streams, and how many requests it has brought. */
  private static int connection;

  private static int requests;

  @BeforeAll
  static void start() {
    server = RecordingServer.start();
    streams = RawH2Server.start();
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: streams, match: {pathPrefix: [/h2]}, pool: streams}
              - {name: all, pool: app, upgrades: [websocket]}
            pools:
              app: {servers: [{address: "127.0.0.1:%d"}]}
              streams: {protocol: h2c, servers: [{address: "127.0.0.1:%d"}]}
            process: {eventLoops: 1}
            """
                .formatted(server.address().getPort(), streams.address().getPort()));
    h1 = Protocol.H1.connect(proxy);
    h2 = Protocol.H2.connect(proxy);
  }

  @AfterAll
  static void close() {
    h1.close();
    h2.close();
    proxy.close();
    streams.close();
    server.close();
  }

  @Test
  void thereAreEnough() {
    assertThat(HEADS.size() + CONTENT.size() + LEFT_OVER.size() + STREAMS.size())
        .isGreaterThanOrEqualTo(60);
  }

  @ParameterizedTest
  @FieldSource("HEADS")
  void aBadHeadIs502(Corpus.Case response) {
    server.answer("/case", latin1(response), false);
    refused(h1, response.options());
    if (!response.options().equals("UPGRADE")) {
      refused(h2, response.options());
    }
  }

  private static void refused(Caller client, String asked) {
    Answer answer = ask(client, asked).answer();
    assertThat(answer.status()).isEqualTo(502);
    if (!asked.equals("HEAD")) {
      assertThat(answer.text()).startsWith("bad-response: ");
    }
    servesNobodyElse(client);
  }

  @ParameterizedTest
  @FieldSource("CONTENT")
  void badContentBreaksOff(Corpus.Case content) {
    server.answer("/case", CHUNKED + latin1(content), false);
    try (Caller client = Protocol.H1.connect(proxy)) {
      assertThat(ask(client, "").cut().status()).isEqualTo(200);
      servesNobodyElse(h1);
    }
    assertThat(ask(h2, "").cut().status()).isEqualTo(200);
    servesNobodyElse(h2);
  }

  @ParameterizedTest
  @FieldSource("LEFT_OVER")
  void whatIsLeftOverIsNotTheNextAnswer(Corpus.Case response) {
    server.answer("/case", latin1(response), false);
    for (Caller client : List.of(h1, h2)) {
      Answer answer = ask(client, response.options()).answer();
      assertThat((answer.status() + " " + answer.text()).strip())
          .isEqualTo(response.expected().getFirst());
      servesNobodyElse(client);
    }
  }

  @ParameterizedTest
  @FieldSource("ODD")
  void anOddResponseIsPassedOn(Corpus.Case response) {
    int status = Integer.parseInt(response.expected().getFirst().substring(0, 3));
    boolean interim = status == 100 || status == 103;
    boolean untilClose = response.expected().stream().anyMatch(l -> l.startsWith("UNTIL_CLOSE"));
    String missing =
        interim ? FINAL : Objects.requireNonNull(Understood.missing(response.expected()));
    server.answer("/case", latin1(response) + missing, untilClose);
    for (Protocol protocol : Protocol.values()) {
      if (protocol == Protocol.H2 && response.options().equals("UPGRADE")) {
        continue; // there is none over HTTP/2
      }
      try (Caller client = protocol.connect(proxy)) {
        Answer answer = ask(client, response.options()).answer();
        assertThat(answer.status()).isEqualTo(interim ? 204 : status);
        if (!interim && !response.options().equals("UPGRADE")) {
          boolean head = response.options().equals("HEAD");
          assertThat(answer.text()).isEqualTo(head ? "" : content(response.expected(), missing));
        }
      }
    }
  }

  /** What stands behind the head, and what was added so that it is whole, without its chunks. */
  private static String content(List<String> expected, String added) {
    String rest =
        expected.stream()
            .filter(line -> line.startsWith("rest "))
            .map(line -> line.substring("rest ".length()))
            .collect(Collectors.joining());
    boolean none = expected.stream().anyMatch(line -> line.startsWith("NONE"));
    return none || added.startsWith("0") ? "" : rest + added;
  }

  /** The request came once, its connection is closed, and the next goes over another. */
  private static void servesNobodyElse(Caller client) {
    List<Recorded> taken = server.take();
    assertThat(taken).extracting(Recorded::target).containsExactly("/case");
    server.awaitEnding(taken.getFirst().connection());
    assertThat(client.get("/good").answer().status()).isEqualTo(200);
    assertThat(server.take()).extracting(Recorded::target).containsExactly("/good");
  }

  private static Caller.Call ask(Caller client, String how) {
    return switch (how) {
      case "HEAD" -> client.call("HEAD", "localhost", "/case");
      case "UPGRADE" -> client.call("GET", "localhost", "/case", UPGRADE);
      default -> client.get("/case");
    };
  }

  private static String latin1(Corpus.Case response) {
    return new String(response.bytes(), StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @FieldSource("STREAMS")
  void aBadStreamIs502OrBreaksOff(Corpus.Case frames) {
    String[] outcome = frames.expected().getFirst().split(" ", 2);
    Caller.Call call = h2.get("/h2/case");
    RawH2Connection there = streams.awaitConnection(connection);
    int stream = there.awaitRequest(requests++).id();
    FrameText.frames(frames.lines(), stream).forEach(each -> there.write(each.bytes()));
    if (outcome[0].equals("cut")) {
      assertThat(call.cut().status()).isEqualTo(200);
    } else {
      assertThat(call.answer().status()).isEqualTo(502);
    }
    if (outcome.length > 1 && outcome[1].startsWith("RESET ")) {
      assertThat(there.awaitReset(stream)).isEqualTo(code(outcome[1]));
    } else if (outcome.length > 1) {
      assertThat(there.awaitGoAway()).isEqualTo(code(outcome[1]));
      there.awaitEnding();
      requests = 0;
      connection++;
    }
    served();
  }

  /** What is asked behind it is served: by the same connection, where that has not ended. */
  private static void served() {
    Caller.Call call = h2.get("/h2/good");
    RawH2Connection by = streams.awaitConnection(connection);
    by.answer(by.awaitRequest(requests++).id(), 200, "ok");
    assertThat(call.answer().text()).isEqualTo("ok");
  }

  /** The code that the last word of an outcome names (RFC 9113 §7). */
  private static long code(String outcome) {
    return Http2Error.valueOf(outcome.substring(outcome.indexOf(' ') + 1)).code();
  }
}
