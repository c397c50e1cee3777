package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Inform;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondEarly;
import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Stream.Head2;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Response.Framing;
import io.postern.testkit.ScriptedServer;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** 100 and 103 are passed from the server to the client, each as it comes. */
class InformationalTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  private static final Response CONTINUE =
      new Response(100, List.of(), Content.EMPTY, Framing.AS_GIVEN, List.of());
  private static final Response HINTS =
      new Response(103, Field.list("Link", "</a.css>"), Content.EMPTY, Framing.AS_GIVEN, List.of());

  private static final Respond OK = new Respond(Response.of(200, "ok"));

  @ParameterizedTest
  @EnumSource
  void continueComesFromTheServer(Version version) {
    Gate gate = new Gate();
    server.otherwise(
        new Hold(gate, new Inform(List.of(CONTINUE), new Respond(Response.of(201, "made")))));
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/", "Content-Length", "5", "Expect", "100-continue");
      assertThat(server.awaitRequest(0).head().field("expect")).isEqualTo("100-continue");
      gate.open();
      if (version == Version.H1) {
        assertThat(client.connection().readHead().status()).isEqualTo(100);
      } else {
        Await.until("100", () -> !call.informational().isEmpty());
        assertThat(call.informational().getFirst().status()).isEqualTo(100);
      }
      assertThat(call.send("hello").end().answer().status()).isEqualTo(201);
    }
    assertThat(server.awaitRequest(0).content().text()).isEqualTo("hello");
    Verdict.served(proxy, 201);
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalOfTheServerComesWithout(Version version) {
    server.otherwise(new RespondEarly(Response.of(417, "no").with("Connection", "close")));
    try (Client client = version.connect(proxy)) {
      Call call = client.start("PUT", "/", "Content-Length", "5", "Expect", "100-continue");
      Answer answer = call.answer();
      assertThat(answer.status()).isEqualTo(417);
      assertThat(answer.text()).isEqualTo("no");
      assertThat(call.informational()).isEmpty();
      if (version == Version.H1) {
        assertThat(answer.field("connection")).isEqualTo("close");
      }
    }
    assertThat(server.awaitRequest(0).content().length()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void hintsComeBeforeTheResponse(Version version) {
    server.otherwise(new Inform(List.of(HINTS, HINTS), new Respond(Response.of(200, "ok"))));
    try (Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      assertThat(call.answer().text()).isEqualTo("ok");
      assertThat(call.informational()).extracting(Head2::status).containsExactly(103, 103);
      assertThat(Field.values(call.informational().getFirst().fields(), "link"))
          .containsExactly("</a.css>");
      Verdict.served(proxy, 200);
    }
  }

  /** Each of them makes the proxy wait anew, so a server could hold an exchange for ever. */
  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void aServerThatGoesOnInformingIsGivenUp(Pair pair) {
    try (ScriptedServer informing =
            ScriptedServer.start()
                .on("/enough", new Inform(Collections.nCopies(100, HINTS), OK))
                .on("/too-many", new Inform(Collections.nCopies(101, HINTS), OK));
        ProxyUnderTest to = pair.proxy(informing, "");
        Client client = pair.client().connect(to)) {
      assertThat(client.get("/enough").text()).isEqualTo("ok");
      Verdict.served(to, 200);
      assertThat(client.get("/too-many").status()).isEqualTo(502);
      Fault fault = Ended.badly(to, 502, "PH", Reason.BAD_RESPONSE).fault;
      assertThat(Objects.requireNonNull(fault).detail()).isEqualTo("more than 100 interim heads");
      assertThat(to.server("app", 0).faults()).isEqualTo(1);
      Pair.awaitPool(to, pair.server() == Version.H2 ? 1 : 0);
    }
  }

  /** A client of HTTP/1.0 would take them for the response (RFC 9110 §15.2). */
  @Test
  void http10GetsNone() {
    server.otherwise(new Inform(List.of(HINTS), new Respond(Response.of(200, "ok"))));
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(200);
    }
  }
}
