package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.EndOnAccept;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Inform;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondAndClose;
import io.postern.testkit.Behaviour.RespondEarly;
import io.postern.testkit.Behaviour.Serve;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Response.Framing;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Server and client of the kit against each other, so that a scenario test can trust both. */
class ScriptedServerTest {

  private static final String GET = "GET /a?b=c HTTP/1.1\r\nHost: x\r\nX-Case: Kept \r\n\r\n";
  private static final Response HELLO = Response.of(200, "hello");

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void requestsAreWrittenDownAsTheyCame() {
    try (RawClient client = connect()) {
      Answer answer = client.send(GET).readAnswer();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("ok");
      Request request = server.awaitRequest(0);
      assertThat(request.head().raw()).isEqualTo(GET);
      assertThat(request.method()).isEqualTo("GET");
      assertThat(request.target()).isEqualTo("/a?b=c");
      assertThat(request.head().field("x-case")).isEqualTo("Kept");
      assertThat(request.content().length()).isZero();
      assertThat(server.requests("/a")).containsExactly(request);
      assertThat(server.connections().getFirst().peer()).isEqualTo(client.local());
    }
    assertThat(server.connections().getFirst().ending())
        .isEqualTo(ScriptedConnection.Ending.CLOSED_BY_PEER);
  }

  @Test
  void contentOfAnySizeGoesBothWaysUnheld() {
    Content up = Content.ofSize(20_000_003);
    Content down = Content.ofSize(10_000_001);
    server.on(
        "/",
        new Respond(Response.of(200, down)),
        new Respond(Response.of(201, down).chunked("x-sum", "1")));
    try (RawClient client = connect()) {
      client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000003\r\n\r\n").send(up);
      assertThat(client.readAnswer().content().isAllOf(down)).isTrue();
      client.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      client.sendChunk("abc").sendChunk("de").send("0\r\nx-end: yes\r\n\r\n");
      Answer chunked = client.readAnswer();

      assertThat(chunked.status()).isEqualTo(201);
      assertThat(chunked.content().isAllOf(down)).isTrue();
      assertThat(chunked.content().trailers()).containsExactly(new Field("x-sum", "1"));
    }
    assertThat(server.awaitRequest(0).content().isAllOf(up)).isTrue();
    assertThat(server.awaitRequest(1).content().text()).isEqualTo("abcde");
    assertThat(server.awaitRequest(1).content().trailers())
        .containsExactly(new Field("x-end", "yes"));
  }

  @Test
  void contentDiffersFromItsNeighbours() {
    assertThat(Content.ofSize(40_000).sha256()).isNotEqualTo(Content.ofSize(40_001).sha256());
    assertThat(Content.ofSize(40_000).slice(16 * 1024, 8))
        .isNotEqualTo(Content.ofSize(40_000).slice(0, 8));
  }

  @Test
  void aClosedPortRefuses() {
    try (ClosedPort port = new ClosedPort()) {
      assertThatThrownBy(() -> RawClient.connect(port.address()))
          .hasCauseInstanceOf(ConnectException.class);
    }
  }

  @Test
  void aServerRefusesAndListensAgain() {
    server.refuse();
    assertThatThrownBy(this::connect).hasCauseInstanceOf(ConnectException.class);
    server.listenAgain();
    try (RawClient client = connect()) {
      assertThat(client.send(GET).readAnswer().status()).isEqualTo(200);
    }
  }

  @Test
  void connectionsEndBeforeAByte() {
    server.onConnections(new EndOnAccept(End.CLOSE), new EndOnAccept(End.RESET), new Serve());
    try (RawClient closed = connect();
        RawClient reset = connect();
        RawClient served = connect()) {
      assertThat(closed.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(reset.send(GET).awaitEnding()).isEqualTo(Ending.RESET);
      assertThat(served.send(GET).readAnswer().status()).isEqualTo(200);
    }
  }

  @Test
  void aServerThatNeverAnswersReadsAllTheSame() throws Exception {
    server.onConnections(new EndOnAccept(End.STALL));
    try (RawClient client = connect()) {
      client.send(Content.ofSize(20_000_000));
      client.socket().setSoTimeout(20);
      assertThatThrownBy(client::readHead).hasCauseInstanceOf(SocketTimeoutException.class);
    }
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void requestsEndTheirConnection() {
    server.otherwise(
        new EndAfter(0, End.CLOSE),
        new EndAfter(0, End.RESET),
        new EndAfter(3, End.CLOSE),
        new RespondAndClose(HELLO));
    String post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabcdef";
    try (RawClient closed = connect();
        RawClient reset = connect();
        RawClient halfWay = connect();
        RawClient answered = connect()) {
      assertThat(closed.send(GET).awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(reset.send(GET).awaitEnding()).isEqualTo(Ending.RESET);
      assertThat(halfWay.send(post).awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(answered.send(post).readAnswer().text()).isEqualTo("hello");
      assertThat(answered.awaitEnding()).isEqualTo(Ending.CLOSED);
    }
    assertThat(server.awaitRequest(2).content().text()).isEqualTo("abc");
    assertThat(server.awaitRequest(2).content().complete()).isFalse();
  }

  @Test
  void responsesAreCutShortAndDrawnOut() {
    Response ten = Response.of(200, "0123456789");
    server.otherwise(
        new Truncate(ten, 4, End.CLOSE),
        new Truncate(ten.chunked(), 4, End.RESET),
        Raw.overLong(),
        Raw.badStatusLine(),
        Raw.badChunk());
    try (RawClient cut = connect();
        RawClient reset = connect();
        RawClient longer = connect();
        RawClient noStatus = connect();
        RawClient noChunk = connect()) {
      Answer answer = cut.send(GET).readAnswer();
      assertThat(answer.text()).isEqualTo("0123");
      assertThat(answer.content().complete()).isFalse();
      assertThatThrownBy(reset.send(GET)::readAnswer).hasCauseInstanceOf(SocketException.class);
      assertThat(longer.send(GET).readAnswer().text()).isEqualTo("abc");
      assertThat(longer.read(3)).isEqualTo("def");
      assertThat(noStatus.send(GET).readHead().startLine()).isEqualTo("HTTP/1.1 2OO OK");
      assertThatThrownBy(noChunk.send(GET)::readAnswer).isInstanceOf(NumberFormatException.class);
    }
  }

  @Test
  void aDripWaitsForTheTest() throws Exception {
    Gate gate = new Gate();
    server.otherwise(new Drip(Response.of(200, "abcdef").chunked("t", "1"), 2, gate));
    try (RawClient client = connect()) {
      assertThat(client.send(GET).readHead().status()).isEqualTo(200);
      assertThat(client.read(7)).isEqualTo("2\r\nab\r\n");
      gate.awaitWaiting();
      gate.letPass(1);
      assertThat(client.read(7)).isEqualTo("2\r\ncd\r\n");
      gate.open();
      assertThat(client.read(18)).isEqualTo("2\r\nef\r\n0\r\nt: 1\r\n\r\n");
    }
  }

  @Test
  void aHeldServerReadsNothing() {
    Gate gate = new Gate();
    server.otherwise(new Hold(gate, new Respond(HELLO)));
    Content large = Content.ofSize(50_000_000);
    try (RawClient client = connect()) {
      client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n");
      Future<?> sending = client.sendInBackground(large);
      gate.awaitWaiting();
      assertThat(server.awaitRequest(0).contentEnded()).isFalse();
      assertThat(sending.isDone()).isFalse();
      gate.open();
      assertThat(client.readAnswer().text()).isEqualTo("hello");
      assertThatCode(() -> Await.result("the upload", sending)).doesNotThrowAnyException();
    }
    assertThat(server.awaitRequest(0).content().isAllOf(large)).isTrue();
  }

  @Test
  void responsesComeEarlyInformedOrDelimitedByTheEnd() {
    server
        .on("/early", new RespondEarly(HELLO))
        .on("/informed", new Inform(List.of(hint(100), hint(103)), new Respond(HELLO)))
        .on("/delimited", new Respond(HELLO.framed(Framing.CLOSE)))
        .on("/echo", new Echo());
    try (RawClient client = connect()) {
      client.send("PUT /early HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
      assertThat(client.readAnswer().text()).isEqualTo("hello");
      client.send("abcGET /informed HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(100);
      assertThat(client.readHead().field("link")).isEqualTo("</x>");
      assertThat(client.readAnswer().text()).isEqualTo("hello");
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(200);
      client.sendChunk("ping");
      assertThat(client.read(9)).isEqualTo("4\r\nping\r\n");
      client.send("0\r\n\r\n");
      assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
      assertThat(client.get("/delimited", "x").text()).isEqualTo("hello");
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
    }
    assertThat(server.awaitRequest(0).content().text()).isEqualTo("abc");
    assertThat(server.connections()).hasSize(1);
  }

  @Test
  void anIdleConnectionIsEndedByTheTest() {
    try (RawClient finished = connect();
        RawClient reset = connect()) {
      finished.send(GET).readAnswer();
      server.awaitConnection(0).finish();
      assertThat(finished.awaitEnding()).isEqualTo(Ending.CLOSED);
      reset.send(GET).readAnswer();
      server.awaitConnection(1).reset();
      assertThat(reset.awaitEnding()).isEqualTo(Ending.RESET);
    }
  }

  @Test
  void aClientThatResetsIsSeen() {
    try (RawClient client = connect()) {
      client.send(GET).readAnswer();
      client.reset();
    }
    assertThat(server.awaitConnection(0).ending())
        .isEqualTo(ScriptedConnection.Ending.BROKEN_BY_PEER);
  }

  @Test
  void aScriptThatFailsFailsTheTest() {
    ScriptedServer failing =
        ScriptedServer.start(
            new Custom(
                (request, wire) -> {
                  throw new IllegalStateException("from " + request.target());
                }));
    try (RawClient client = RawClient.connect(failing.address())) {
      assertThatThrownBy(client.send(GET)::readHead).isInstanceOf(UncheckedIOException.class);
    }
    assertThatThrownBy(failing::close)
        .isInstanceOf(AssertionError.class)
        .rootCause()
        .hasMessage("from /a?b=c");
  }

  @Test
  void aRequestThatIsNoHttpFailsTheTest() {
    ScriptedServer strict = ScriptedServer.start();
    try (RawClient client = RawClient.connect(strict.address())) {
      client.send("GET / HTTP/1.1\r\nno field line\r\n\r\n").awaitEnding();
    }
    assertThatThrownBy(strict::close).rootCause().hasMessageContaining("no field line");
  }

  @Test
  void closingDoesNotWaitForAGate() {
    Gate gate = new Gate();
    ScriptedServer held = ScriptedServer.start(new Hold(gate, new Respond(HELLO)));
    try (RawClient client = RawClient.connect(held.address())) {
      client.send(GET);
      gate.awaitWaiting();
      assertThatCode(held::close).doesNotThrowAnyException();
      assertThat(held.connections().getFirst().ending())
          .isEqualTo(ScriptedConnection.Ending.STOPPED);
    }
  }

  private static Response hint(int status) {
    return Response.of(status, "").framed(Framing.AS_GIVEN).with("Link", "</x>");
  }

  private RawClient connect() {
    return RawClient.connect(server.address());
  }
}
