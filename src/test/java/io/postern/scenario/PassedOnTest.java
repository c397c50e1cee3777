package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.Inform;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondAndClose;
import io.postern.testkit.Behaviour.RespondEarly;
import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Stream.Head2;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Received;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes well, goes well whatever is spoken on either side, and leaves a connection behind. */
class PassedOnTest {

  private static final Content LARGE = Content.ofSize(8 << 20);

  private static Response interim(int status) {
    return new Response(status, Field.list("X-A", "b"), Content.EMPTY, Framing.AS_GIVEN, List.of());
  }

  /** It was served, nobody is to blame, and one connection is at rest. */
  private static ExchangeRecord settled(ProxyUnderTest proxy, int status) {
    ExchangeRecord record = Verdict.served(proxy, status);
    Verdict.requireNoCharge(proxy);
    Pair.awaitPool(proxy, 1);
    return record;
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void contentBothWaysAtOnce(Pair pair) {
    try (ScriptedServer server = ScriptedServer.start(new Echo());
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      Call call = client.start("POST", "/");
      Future<?> sending = call.sendInBackground(LARGE);
      assertThat(call.answer().content().isAllOf(LARGE)).isTrue();
      assertThat(sending).succeedsWithin(Await.LIMIT);
      ExchangeRecord record = settled(proxy, 200);
      assertThat(record.bytesReceived).isEqualTo(LARGE.length());
      assertThat(record.bytesSent).isEqualTo(LARGE.length());
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void trailersBothWays(Pair pair) {
    Response response = Response.of(200, "there").chunked("X-Back", "2");
    try (ScriptedServer server = ScriptedServer.start(new Respond(response));
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      Call call = client.start("POST", "/").send("here").trailers("x-sum", "1");
      Answer answer = call.answer();
      assertThat(answer.text()).isEqualTo("there");
      assertThat(Field.values(answer.content().trailers(), "x-back")).containsExactly("2");
      Received received = server.awaitRequest(0).content();
      assertThat(received.text()).isEqualTo("here");
      assertThat(Field.values(received.trailers(), "x-sum")).containsExactly("1");
      settled(proxy, 200);
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void interimHeads(Pair pair) {
    Inform behaviour =
        new Inform(
            List.of(interim(100), interim(103), interim(103)),
            new Respond(Response.of(201, "made")));
    try (ScriptedServer server = ScriptedServer.start(behaviour);
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      Call call = client.start("PUT", "/", "Expect", "100-continue");
      assertThat(server.awaitRequest(0).head().field("expect")).isEqualTo("100-continue");
      assertThat(call.send("hello").end().answer().status()).isEqualTo(201);
      assertThat(call.informational()).extracting(Head2::status).containsExactly(100, 103, 103);
      assertThat(server.awaitRequest(0).content().text()).isEqualTo("hello");
      settled(proxy, 201);
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void aHeadForWhichContentIsAnnounced(Pair pair) {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, Content.ofSize(1000))));
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      Answer answer = client.request("HEAD", "/").answer();
      assertThat(answer.field("content-length")).isEqualTo("1000");
      assertThat(answer.content().length()).isZero();
      assertThat(settled(proxy, 200).bytesSent).isZero();
    }
  }

  /** The request has ended long before the response has begun to. */
  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void contentThatDrips(Pair pair) {
    Content content = Content.ofSize(1000);
    Gate gate = new Gate();
    Drip drip = new Drip(Response.of(200, content).chunked("X-Sum", "1"), 100, gate);
    try (ScriptedServer server = ScriptedServer.start(drip);
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      Call call = client.start("POST", "/").send("all").end();
      assertThat(call.head().status()).isEqualTo(200);
      assertThat(server.awaitRequest(0).content().text()).isEqualTo("all");
      for (int piece = 0; piece < 10; piece++) {
        gate.awaitWaiting();
        gate.letPass(1);
      }
      Answer answer = call.answer();
      assertThat(answer.content().isAllOf(content)).isTrue();
      assertThat(Field.values(answer.content().trailers(), "x-sum")).containsExactly("1");
      settled(proxy, 200);
    }
  }

  /** The response has ended, and the server reads on: so does the proxy. */
  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void anAnswerBeforeTheContentHasCome(Pair pair) {
    try (ScriptedServer server =
            ScriptedServer.start(new RespondEarly(Response.of(202, "early").chunked()));
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      Call call = client.start("POST", "/").send("some");
      assertThat(call.head().status()).isEqualTo(202);
      assertThat(call.answer().text()).isEqualTo("early");
      Verdict.served(proxy, 202);
      Verdict.requireNoCharge(proxy);
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void aServerThatIsGoneBetweenRequests(Pair pair) {
    RespondAndClose goes = new RespondAndClose(Response.of(200, "last"));
    try (ScriptedServer server = ScriptedServer.start(goes, new Respond(Response.of(200, "new")));
        ProxyUnderTest proxy = pair.proxy(server, "");
        Client client = pair.client().connect(proxy)) {
      assertThat(client.get("/").text()).isEqualTo("last");
      Verdict.served(proxy, 200);
      server.awaitConnection(0).ending();
      Pair.awaitPool(proxy, 0);
      assertThat(client.get("/").text()).isEqualTo("new");
      assertThat(settled(proxy, 200).attempts).isEqualTo(1);
      assertThat(server.connections()).hasSize(2);
    }
  }
}
