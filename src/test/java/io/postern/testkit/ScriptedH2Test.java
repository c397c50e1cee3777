package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Inform;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Response.Framing;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A scripted server whose client speaks HTTP/2, held against the client of the kit. */
class ScriptedH2Test {

  private static final Content LARGE = Content.ofSize(3 << 20);

  private final ScriptedServer server = ScriptedServer.start();
  private final H2Client client = H2Client.over(RawClient.connect(server.address()));

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void answersWithFieldsContentAndTrailers() {
    Response response = Response.of(201, "made").with("X-Kind", "new").chunked("X-Sum", "5d41");
    server.otherwise(new Respond(response));
    Answer answer = client.get("localhost", "/a?b").answer();
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.field("x-kind")).isEqualTo("new");
    assertThat(answer.text()).isEqualTo("made");
    assertThat(answer.content().trailers()).containsExactly(new Field("x-sum", "5d41"));
    Request request = server.awaitRequest(0);
    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.target()).isEqualTo("/a?b");
    assertThat(request.head().field("host")).isEqualTo("localhost");
  }

  @Test
  void largeContentGoesBothWaysAtOnce() {
    server.otherwise(new Echo());
    H2Stream stream = client.start("POST", "localhost", "/echo");
    stream.send(LARGE).trailers("x-sum", "1");
    assertThat(stream.answer().content().isAllOf(LARGE)).isTrue();
    Received received = server.awaitRequest(0).content();
    assertThat(received.isAllOf(LARGE)).isTrue();
    assertThat(received.trailers()).containsExactly(new Field("x-sum", "1"));
  }

  @Test
  void streamsDoNotWaitForEachOther() {
    Gate gate = new Gate();
    server.on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));
    H2Stream held = client.get("localhost", "/held");
    assertThat(client.get("localhost", "/").answer().text()).isEqualTo("ok");
    assertThat(held.isOver()).isFalse();
    gate.open();
    assertThat(held.answer().text()).isEqualTo("held");
    assertThat(server.connections()).hasSize(1);
  }

  @Test
  void headHasNoContent() {
    Answer answer = client.open(true, H2Client.request("HEAD", "localhost", "/")).answer();
    assertThat(answer.field("content-length")).isEqualTo("2");
    assertThat(answer.content().length()).isZero();
  }

  @Test
  void informsFirst() {
    Response hints = new Response(103, List.of(), Content.EMPTY, Framing.AS_GIVEN, List.of());
    server.otherwise(new Inform(List.of(hints), new Respond(Response.of(200, "ok"))));
    H2Stream stream = client.get("localhost", "/");
    assertThat(stream.answer().text()).isEqualTo("ok");
    assertThat(stream.informational()).hasSize(1);
  }

  @Test
  void givesUpOneStream() {
    server.on("/cut", new Truncate(Response.of(200, "abcdef"), 3, End.ABORT));
    H2Stream cut = client.get("localhost", "/cut");
    assertThat(cut.awaitReset()).isEqualTo(0x2);
    assertThat(cut.received()).isEqualTo(3);
    assertThat(client.get("localhost", "/").answer().text()).isEqualTo("ok");
  }

  @Test
  void endsTheConnection() {
    server.otherwise(new EndAfter(0, End.CLOSE));
    client.get("localhost", "/");
    assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
  }

  @Test
  void seesThatItsClientGivesUp() {
    Gate gate = new Gate();
    server.otherwise(new Drip(Response.of(200, "abcdef"), 3, gate));
    H2Stream stream = client.get("localhost", "/");
    stream.awaitReceived(3);
    stream.reset(0x8);
    assertThat(server.awaitRequest(0).awaitReset()).isEqualTo(0x8);
    gate.open();
  }
}
