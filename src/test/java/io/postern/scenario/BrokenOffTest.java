package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondAndClose;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.Content;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedServer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What breaks off, on either side and in each phase, does so on the other side too, whatever is
 * spoken there; who is to blame stands in the record, and of the connections only those are lost
 * that have to be.
 */
class BrokenOffTest {

  private static final String TIMEOUTS = "response: 500ms, idle: 500ms";
  private static final long PROTOCOL_ERROR = 0x1;
  private static final long CANCEL = 0x8;

  private static final Content CONTENT = Content.ofSize(50_000);
  private static final int PART = 20_000;

  /** How a server breaks off. */
  enum Mishap {
    ABORTS_BEFORE_THE_HEAD(new EndAfter(0, End.ABORT), 502, "SH", Reason.SERVER_RESET, true),
    CLOSES_BEFORE_THE_HEAD(new EndAfter(0, End.CLOSE), 502, "SH", Reason.SERVER_RESET, false),
    RESETS_BEFORE_THE_HEAD(new EndAfter(0, End.RESET), 502, "SH", Reason.SERVER_RESET, false),
    STALLS_BEFORE_THE_HEAD(new EndAfter(0, End.STALL), 504, "sH", Reason.RESPONSE_TIMEOUT, true),
    ABORTS_IN_THE_CONTENT(part(End.ABORT), 200, "SD", Reason.SERVER_RESET, true),
    CLOSES_IN_THE_CONTENT(part(End.CLOSE), 200, "SD", Reason.SERVER_RESET, false),
    RESETS_IN_THE_CONTENT(part(End.RESET), 200, "SD", Reason.SERVER_RESET, false),
    STALLS_IN_THE_CONTENT(part(End.STALL), 200, "sD", Reason.SERVER_STALLED, true);

    private final OnRequest behaviour;
    private final int status;
    private final String terminationCode;
    private final Reason reason;
    private final boolean streamOnly;

    Mishap(OnRequest does, int status, String code, Reason reason, boolean streamOnly) {
      this.behaviour = does;
      this.status = status;
      this.terminationCode = code;
      this.reason = reason;
      this.streamOnly = streamOnly;
    }

    /** Short ones, but only where they are what is waited for. */
    private String timeouts() {
      return name().startsWith("STALLS") ? TIMEOUTS : "";
    }

    private static OnRequest part(End end) {
      return new Truncate(Response.of(200, CONTENT), PART, end);
    }
  }

  private static <T> Stream<Arguments> eachWith(T[] things) {
    return Pair.all()
        .flatMap(pair -> Arrays.stream(things).map(thing -> Arguments.of(pair, thing)));
  }

  private static Stream<Arguments> mishaps() {
    return eachWith(Mishap.values());
  }

  @ParameterizedTest
  @MethodSource("mishaps")
  void byTheServer(Pair pair, Mishap mishap) {
    try (ScriptedServer server = ScriptedServer.start().on("/bad", mishap.behaviour);
        ProxyUnderTest proxy = pair.proxy(server, mishap.timeouts())) {
      try (Client client = pair.client().connect(proxy)) {
        awaitFailure(client.request("GET", "/bad"), mishap.status);
      }
      ExchangeRecord record =
          Ended.badly(proxy, mishap.status, mishap.terminationCode, mishap.reason);
      assertThat(record.attempts).isEqualTo(1);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      Pair.awaitPool(proxy, mishap.streamOnly && pair.server() == Version.H2 ? 1 : 0);
      nextIsServed(pair, proxy);
    }
  }

  @ParameterizedTest
  @MethodSource("ends")
  void byTheServerWithinAnUpload(Pair pair, End end) {
    boolean stalls = end == End.STALL;
    try (ScriptedServer server = ScriptedServer.start().on("/bad", new EndAfter(4, end));
        ProxyUnderTest proxy = pair.proxy(server, stalls ? TIMEOUTS : "")) {
      try (Client client = pair.client().connect(proxy)) {
        Call call = client.start("POST", "/bad").send("some");
        server.awaitRequest(0).content();
        assertThat(call.answer().status()).isEqualTo(stalls ? 408 : 502);
      }
      if (stalls) { // and so does the client, which is the first to be blamed
        Verdict.failed(proxy, Reason.CONTENT_TIMEOUT, 408, "cH");
      } else {
        Ended.badly(proxy, 502, "SH", Reason.SERVER_RESET);
        assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      }
      boolean streamOnly = end == End.STALL || end == End.ABORT;
      Pair.awaitPool(proxy, streamOnly && pair.server() == Version.H2 ? 1 : 0);
      nextIsServed(pair, proxy);
    }
  }

  private static Stream<Arguments> ends() {
    return eachWith(new End[] {End.ABORT, End.CLOSE, End.RESET, End.STALL});
  }

  private static void awaitFailure(Call call, int status) {
    if (status == 200) {
      call.awaitCut();
    } else {
      assertThat(call.answer().status()).isEqualTo(status);
    }
  }

  private static void nextIsServed(Pair pair, ProxyUnderTest proxy) {
    try (Client client = pair.client().connect(proxy)) {
      assertThat(client.get("/next").text()).isEqualTo("ok");
      Verdict.served(proxy, 200);
      Pair.awaitPool(proxy, 1);
    }
  }

  /** Where a client gives up. */
  enum Phase {
    BEFORE_THE_HEAD("CH", 499),
    IN_THE_UPLOAD("CH", 499),
    IN_THE_RESPONSE("CD", 200);

    private final String terminationCode;
    private final int status;

    Phase(String terminationCode, int status) {
      this.terminationCode = terminationCode;
      this.status = status;
    }
  }

  private static Stream<Arguments> phases() {
    return eachWith(Phase.values());
  }

  @ParameterizedTest
  @MethodSource("phases")
  void byTheClient(Pair pair, Phase phase) {
    Gate gate = new Gate();
    try (ScriptedServer server =
            ScriptedServer.start()
                .on("/BEFORE_THE_HEAD", new Hold(gate, new Respond(Response.of(200, "late"))))
                .on("/IN_THE_UPLOAD", new Respond(Response.of(200, "never")))
                .on("/IN_THE_RESPONSE", new Drip(Response.of(200, "abcdef"), 3, gate));
        ProxyUnderTest proxy = pair.proxy(server, "")) {
      try (Client client = pair.client().connect(proxy)) {
        Call call = begin(client, phase);
        Request request = server.awaitRequest(0);
        if (phase == Phase.IN_THE_RESPONSE) {
          call.head();
        }
        call.abort();
        if (pair.server() == Version.H2) {
          assertThat(request.awaitReset()).isEqualTo(CANCEL);
        }
        Verdict.failed(proxy, Reason.CLIENT_GONE, phase.status, phase.terminationCode);
      }
      gate.open();
      if (pair.server() == Version.H1) {
        server.awaitConnection(0).ending();
      }
      Pair.awaitPool(proxy, pair.server() == Version.H2 ? 1 : 0);
      nextIsServed(pair, proxy);
    }
  }

  private static Call begin(Client client, Phase phase) {
    return phase == Phase.IN_THE_UPLOAD
        ? client.start("PUT", "/" + phase).send("some")
        : client.request("GET", "/" + phase);
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void byAClientThatStalls(Pair pair) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = pair.proxy(server, TIMEOUTS);
        Client client = pair.client().connect(proxy)) {
      Call call = client.start("PUT", "/", "Content-Length", "10").send("some");
      assertThat(call.answer().status()).isEqualTo(408);
      assertThat(server.awaitRequest(0).content().complete()).isFalse();
      Verdict.failed(proxy, Reason.CONTENT_TIMEOUT, 408, "cH");
      Pair.awaitPool(proxy, pair.server() == Version.H2 ? 1 : 0);
    }
  }

  /** Over HTTP/1.1 the end of the connection tells it, over HTTP/2 that of the stream. */
  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void contentThatIsShorterThanAnnounced(Pair pair) {
    boolean h2 = pair.server() == Version.H2;
    try (ScriptedServer server =
            ScriptedServer.start(new RespondAndClose(announcing(10, "short")));
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      client.request("GET", "/").awaitCut();
      Ended.badly(proxy, 200, h2 ? "PD" : "SD", h2 ? Reason.BAD_RESPONSE : Reason.SERVER_RESET);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      Pair.awaitPool(proxy, 0);
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void byAClientThatReadsNothing(Pair pair) {
    Respond large = new Respond(Response.of(200, Content.ofSize(64 << 20)));
    try (ScriptedServer server = ScriptedServer.start().on("/bad", large);
        ProxyUnderTest proxy = pair.proxy(server, TIMEOUTS)) {
      try (Client client = pair.client().connectSlow(proxy)) {
        Call call = client.request("GET", "/bad");
        assertThat(call.head().status()).isEqualTo(200);
        Verdict.failed(proxy, Reason.CLIENT_STALLED, 200, "cD");
        call.awaitCut();
      }
      if (pair.server() == Version.H2) {
        assertThat(server.awaitRequest(0).awaitReset()).isEqualTo(CANCEL);
      } else {
        server.awaitConnection(0).ending();
      }
      Pair.awaitPool(proxy, pair.server() == Version.H2 ? 1 : 0);
      nextIsServed(pair, proxy);
    }
  }

  /** Over HTTP/1.1 what is too much belongs to no response, over HTTP/2 to this one. */
  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void contentThatIsLongerThanAnnounced(Pair pair) {
    try (ScriptedServer server = ScriptedServer.start(new Respond(announcing(3, "abcdef")));
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      Call call = client.request("GET", "/");
      if (pair.server() == Version.H2) {
        call.awaitCut();
        Ended.badly(proxy, 200, "PD", Reason.BAD_RESPONSE);
      } else {
        assertThat(call.answer().text()).isEqualTo("abc");
        Verdict.served(proxy, 200);
      }
      Pair.awaitPool(proxy, pair.server() == Version.H2 ? 1 : 0);
    }
  }

  private static Response announcing(int length, String content) {
    return Response.of(200, content)
        .framed(Framing.AS_GIVEN)
        .with("Content-Length", Integer.toString(length));
  }

  @ParameterizedTest
  @CsvSource({"H1,ab", "H1,abcd", "H2,ab", "H2,abcd"})
  void aRequestThatIsNotAsLongAsAnnounced(Version spoken, String content) {
    Pair pair = new Pair(Version.H2, spoken); // over HTTP/1.1 it would end, or another begin
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = pair.proxy(server, "");
        H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.start("PUT", Version.HOST, "/", "content-length", "3");
      Request request = server.awaitRequest(0);
      stream.data(content, true);
      assertThat(stream.awaitReset()).isEqualTo(PROTOCOL_ERROR);
      assertThat(request.content().complete()).isFalse();
      Verdict.failed(proxy, Reason.BAD_CONTENT, 400, "PH");
      Pair.awaitPool(proxy, spoken == Version.H2 ? 1 : 0);
    }
  }
}
