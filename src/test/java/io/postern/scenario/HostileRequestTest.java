package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Corpus;
import io.postern.testkit.FrameText;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Recorded;
import io.postern.testkit.RecordingServer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * Each request of the corpora, hostile or odd, through a proxy. The server behind it reads in one
 * form only, and gets one message for each request that is understood; for one that is not it gets
 * nothing, or where the fault is in the content a message that is cut off.
 */
class HostileRequestTest {

  static final List<Corpus.Case> HEADS = Corpus.read("requests-refused.txt");
  static final List<Corpus.Case> CONTENT = Corpus.read("content-refused.txt");
  static final List<Corpus.Case> STREAMS = Corpus.read("h2-requests-refused.txt");
  static final List<Corpus.Case> ODD_HEADS = Corpus.read("requests-accepted.txt");
  static final List<Corpus.Case> ODD_CONTENT = Corpus.read("content-accepted.txt");
  static final List<Corpus.Case> ODD_STREAMS = Corpus.read("h2-requests-accepted.txt");

  /** What the proxy writes into every request. */
  private static final List<String> ADDED =
      List.of(
          "x-forwarded-for",
          "x-forwarded-proto",
          "x-forwarded-host",
          "x-forwarded-port",
          "forwarded",
          "via",
          "x-request-id");

  private static final String NONE = "POST /content HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String LENGTH = NONE.replace("a\r\n", "a\r\nContent-Length: %s\r\n");
  private static final String CHUNKED =
      NONE.replace("a\r\n", "a\r\nTransfer-Encoding: chunked\r\n");

  private static final Pattern CONTENT_LINE = Pattern.compile("content |trailer ");

  private static RecordingServer server;
  private static ProxyUnderTest proxy;
  private static RawClient good;

  @BeforeAll
  static void start() {
    server = RecordingServer.start();
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls: {certificates: [@CERTIFICATES@]}
                limits: {requestHead: 1KiB, requestFields: 20}
            routes:
              - {name: all, pool: app, upgrades: [websocket, tcp]}
            pools:
              app:
                servers: [{address: "127.0.0.1:%d"}]
            process: {eventLoops: 1}
            """
                .formatted(server.address().getPort()));
    good = h1();
  }

  @AfterAll
  static void close() {
    good.close();
    proxy.close();
    server.close();
  }

  @Test
  void thereAreEnough() {
    assertThat(HEADS.size() + CONTENT.size() + STREAMS.size()).isGreaterThanOrEqualTo(300);
    assertThat(ODD_HEADS.size() + ODD_CONTENT.size() + ODD_STREAMS.size())
        .isGreaterThanOrEqualTo(100);
  }

  @ParameterizedTest
  @FieldSource("HEADS")
  void aHeadIsRefusedAndNothingArrives(Corpus.Case request) {
    refusedOverH1("", request);
    assertThat(served()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("CONTENT")
  void contentIsRefusedAndArrivesCutOff(Corpus.Case content) {
    refusedOverH1(CHUNKED, content);
    assertThat(served()).isEmpty();
  }

  /** The answer is that of the table and the last: what comes behind it is no request. */
  private static void refusedOverH1(String before, Corpus.Case request) {
    Reason reason = Reason.valueOf(request.expected().getFirst());
    try (RawClient client = h1()) {
      Answer answer = client.send(before).send(request.bytes()).readAnswer();
      Refusals.check(answer, reason);
      assertThat(answer.field("connection")).isEqualTo("close");
      assertThat(client.send(Refusals.NEXT).halfClose().awaitEnding()).isEqualTo(Ending.CLOSED);
    }
  }

  @ParameterizedTest
  @FieldSource("STREAMS")
  void aStreamIsRefusedAndNothingArrivesWhole(Corpus.Case frames) {
    drainRecords();
    String outcome = frames.expected().getFirst();
    try (H2Client client = h2()) {
      H2Stream stream = send(client, frames);
      if (outcome.startsWith("GOAWAY ")) {
        assertThat(client.awaitGoAway().code()).isEqualTo(code(outcome));
        client.awaitEnding();
      } else {
        if (outcome.startsWith("RESET ")) {
          assertThat(stream.awaitReset()).isEqualTo(code(outcome));
        } else {
          refused(stream, Reason.valueOf(outcome));
        }
        assertThat(client.get("a", "/next").answer().status()).isEqualTo(200);
        assertThat(taken()).extracting(Recorded::target).containsExactly("/next");
      }
    }
    assertThat(served()).isEmpty();
  }

  private static void refused(H2Stream stream, Reason reason) {
    switch (reason) {
      case MALFORMED_REQUEST, AMBIGUOUS_LENGTH, BAD_CONTENT ->
          assertThat(stream.awaitReset()).isEqualTo(Http2Error.PROTOCOL_ERROR.code());
      default -> Refusals.check(stream.answer(), reason);
    }
    Fault fault = proxy.record().fault;
    while (fault == null) {
      fault = proxy.record().fault; // of what went well before
    }
    assertThat(fault.reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @FieldSource("ODD_HEADS")
  void anOddHeadArrivesInItsOneForm(Corpus.Case request) {
    String missing = Understood.missing(request.expected());
    try (RawClient client = h1()) {
      client.send(request.bytes());
      if (missing == null) {
        client.reset();
        assertThat(served()).isEmpty();
      } else {
        assertThat(client.send(missing).readAnswer().status()).isEqualTo(200);
        assertThat(parts(served(), false)).isEqualTo(Understood.head(request.expected()));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("ODD_CONTENT")
  void oddContentArrivesInItsOneForm(Corpus.Case content) {
    if (content.options().startsWith("UNTIL_CLOSE")) {
      return; // is for responses only
    }
    try (RawClient client = h1()) {
      client.send(head(content.options())).send(content.bytes());
      if (content.expected().contains("cut off")) {
        client.reset();
        assertThat(served()).isEmpty();
      } else {
        assertThat(client.readAnswer().status()).isEqualTo(200);
        assertThat(parts(served(), true)).isEqualTo(Understood.content(content.expected()));
      }
    }
  }

  private static String head(String framing) {
    return framing.startsWith("LENGTH")
        ? LENGTH.formatted(framing.substring(framing.indexOf(' ') + 1))
        : framing.isEmpty() ? CHUNKED : NONE;
  }

  @ParameterizedTest
  @FieldSource("ODD_STREAMS")
  void anOddStreamArrivesInItsOneForm(Corpus.Case frames) {
    try (H2Client client = h2()) {
      assertThat(send(client, frames).answer().status()).isEqualTo(200);
      assertThat(served()).containsExactly(frames.expected());
    }
  }

  /**
   * All frames at once: where a head says that there is no content, a server of HTTP/1.1 has a
   * whole request with it, if what shows that it lied comes much later.
   */
  private static H2Stream send(H2Client client, Corpus.Case frames) {
    H2Stream stream = client.reserve();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    FrameText.frames(frames.lines(), stream.id()).forEach(each -> all.writeBytes(each.bytes()));
    client.write(all.toByteArray());
    return stream;
  }

  /** What has arrived whole before a request that does not misbehave, which is answered. */
  private static List<List<String>> served() {
    assertThat(good.get("/good", "a").status()).isEqualTo(200);
    List<Recorded> taken = taken();
    assertThat(taken.removeLast().target()).isEqualTo("/good");
    return taken.stream().map(each -> each.lines(ADDED)).toList();
  }

  /** The lines of the one request that are about its content, or those that are not. */
  private static List<String> parts(List<List<String>> requests, boolean ofContent) {
    assertThat(requests).hasSize(1);
    return requests.getFirst().stream()
        .filter(line -> CONTENT_LINE.matcher(line).lookingAt() == ofContent)
        .toList();
  }

  /** The whole ones; of the others, only content may be missing. */
  private static List<Recorded> taken() {
    return new ArrayList<>(server.take().stream().filter(Recorded::complete).toList());
  }

  private static void drainRecords() {
    while (!proxy.hasNoRecord()) {
      proxy.record();
    }
  }

  private static RawClient h1() {
    return RawClient.connect(proxy.address(), tls("http/1.1"));
  }

  private static H2Client h2() {
    return H2Client.connect(proxy.address(), tls("h2"));
  }

  /** Without a name, so that every host of the corpora may be asked for. */
  private static ClientTls tls(String protocol) {
    return ClientTls.of(ProxyUnderTest.authority(), null, protocol);
  }

  /** The code that the last word of an outcome names (RFC 9113 §7). */
  private static long code(String outcome) {
    return Http2Error.valueOf(outcome.substring(outcome.indexOf(' ') + 1)).code();
  }
}
