package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Field;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSocket asked for over HTTP/2 (RFC 8441), from a server that speaks HTTP/1.1. */
class ExtendedConnectTest {

  /** SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 §3). */
  private static final int ENABLE_CONNECT_PROTOCOL = 8;

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
  private final H2Client client = Version.h2(proxy);

  @AfterEach
  void close() {
    client.close();
    proxy.close();
    server.close();
  }

  private H2Stream ask(String... more) {
    return client.open(false, TunnelClient.extendedConnect("/ws", more));
  }

  private static String switched(String accept) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + accept
        + "\r\n";
  }

  /** Sends a 101 with the right proof, the bytes, and what the client sends. */
  private static Custom proving(String behindTheHead) {
    return new Custom(
        (request, wire) -> {
          String accept = TunnelClient.accept(request.head().field("sec-websocket-key"));
          wire.send(switched("Sec-WebSocket-Accept: " + accept + "\r\n") + behindTheHead);
          wire.send(wire.read(5));
          wire.end(End.CLOSE);
        });
  }

  @Test
  void clientsAreToldThatTheyMayAsk() {
    assertThat(client.awaitSettings()).containsEntry(ENABLE_CONNECT_PROTOCOL, 1L);
  }

  @Test
  void itIsAnUpgradeForTheServerWithAKeyOfOurs() {
    server.on("/ws", proving("hello"));
    H2Stream stream = ask("origin", "https://localhost", "sec-websocket-key", "theirs");
    H2Stream.Head2 head = stream.awaitHead();
    assertThat(head.status()).isEqualTo(200);
    assertThat(Field.values(head.fields(), "sec-websocket-accept")).isEmpty();
    assertThat(Field.values(head.fields(), "upgrade")).isEmpty();
    assertThat(Field.values(head.fields(), "connection")).isEmpty();
    stream.data("bytes", true);
    assertThat(stream.answer().text()).isEqualTo("hellobytes");
    Head asked = server.awaitRequest(0).head();
    assertThat(asked.startLine()).isEqualTo("GET /ws HTTP/1.1");
    assertThat(asked.values("host")).containsExactly("localhost");
    assertThat(asked.values("connection")).containsExactly("upgrade");
    assertThat(asked.values("upgrade")).containsExactly("websocket");
    assertThat(asked.values("sec-websocket-version")).containsExactly("13");
    assertThat(asked.values("origin")).containsExactly("https://localhost");
    assertThat(asked.values("sec-websocket-key"))
        .singleElement()
        .satisfies(key -> assertThat(Base64.getDecoder().decode(key)).hasSize(16));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"})
  void aServerThatDoesNotProveItIsNotBelieved(String accept) {
    server.on("/ws", new Raw(switched(accept), List.of(End.STALL)));
    assertThat(ask().awaitHead().status()).isEqualTo(502);
    Ended.badly(proxy, 502, "PH", Reason.BAD_RESPONSE);
    assertThat(proxy.server("app", 0).faults()).isOne();
  }

  @Test
  void aRefusalIsAnOrdinaryResponse() {
    server.on("/ws", new Respond(Response.of(403, "not you")));
    Answer answer = ask().answer();
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text()).isEqualTo("not you");
    assertThat(client.get("localhost", "/next").answer().status()).isEqualTo(200);
    assertThat(server.awaitRequest(1).connection()).as("kept").isZero();
  }

  @Test
  void bytesOfTheClientWaitForTheAnswer() {
    Gate gate = new Gate();
    server.on("/ws", new Hold(gate, proving("")));
    H2Stream stream = ask().data("early", true);
    gate.awaitWaiting();
    gate.open();
    assertThat(stream.answer().text()).isEqualTo("early");
  }

  @Test
  void anEndWithTheHeadIsTheEndOfItsDirection() {
    server.on(
        "/ws",
        new Custom(
            (request, wire) -> {
              String accept = TunnelClient.accept(request.head().field("sec-websocket-key"));
              wire.send(switched("Sec-WebSocket-Accept: " + accept + "\r\n"));
              wire.send("so many: " + wire.readToEnd());
              wire.end(End.CLOSE);
            }));
    H2Stream stream = client.open(true, TunnelClient.extendedConnect("/ws"));
    assertThat(stream.answer().text()).isEqualTo("so many: 0");
    assertThat(proxy.record().terminationCode()).isEqualTo("C-");
  }

  @ParameterizedTest
  @ValueSource(strings = {"connect-udp", "h2c", "websocket2"})
  void aProtocolThatMayNotPass(String protocol) {
    List<Field> fields = new ArrayList<>(TunnelClient.extendedConnect("/ws"));
    fields.set(1, new Field(":protocol", protocol));
    Answer answer = client.open(false, fields).answer();
    assertThat(answer.status()).isEqualTo(501);
    assertThat(answer.text()).startsWith("upgrade-refused: ");
    assertThat(proxy.record().terminationCode()).isEqualTo("PR");
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {":scheme", ":path", ":authority"})
  void aPseudoFieldThatIsMissing(String name) {
    List<Field> fields = new ArrayList<>(TunnelClient.extendedConnect("/ws"));
    fields.removeIf(field -> field.name().equals(name));
    client.open(false, fields).answer();
    assertThat(proxy.record().status).isEqualTo(501);
  }

  @Test
  void anotherMethodWithAProtocol() {
    List<Field> fields = new ArrayList<>(TunnelClient.extendedConnect("/ws"));
    fields.set(0, new Field(":method", "GET"));
    assertThat(client.open(false, fields).awaitReset()).isEqualTo(1);
    assertThat(proxy.record().status).isEqualTo(400);
  }
}
