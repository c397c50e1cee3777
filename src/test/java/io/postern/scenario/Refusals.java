package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Field;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.ScriptedServer;
import java.util.ArrayList;
import java.util.List;

/** A proxy and a server, and requests that never get from the one to the other. */
final class Refusals implements AutoCloseable {

  /** What follows a refused request, and is answered where the connection is kept. */
  static final String NEXT = "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static final long PROTOCOL_ERROR = 0x1;

  final ScriptedServer server = ScriptedServer.start();
  final ProxyUnderTest proxy;

  Refusals() {
    proxy = ProxyUnderTest.to(server.address());
  }

  /** The request is answered, the next one too where the table says so, and it is all on record. */
  void overH1(String request, Reason reason) {
    try (RawClient client = Version.h1(proxy)) {
      check(client.send(request).readAnswer(), reason);
      requireRecord(reason, "PR");
      assertThat(server.requests()).isEmpty();
      if (reason.closes()) {
        assertThat(client.send(NEXT).halfClose().awaitEnding()).isEqualTo(Ending.CLOSED);
        assertThat(server.requests()).isEmpty();
      } else {
        assertThat(client.get("/next", Version.HOST).text()).isEqualTo("ok");
        Verdict.served(proxy, 200);
      }
    }
    assertThat(proxy.hasNoRecord()).isTrue();
  }

  /** The stream is answered; the connection is not touched by it. */
  void overH2(List<Field> request, Reason reason) {
    try (H2Client client = Version.h2(proxy)) {
      check(client.open(true, request).answer(), reason);
      requireRecord(reason, "PR");
      requireNextOn(client);
    }
  }

  /** The stream is reset (RFC 9113 §8.1.1); the connection is not touched by it. */
  void malformedOverH2(List<Field> request, Reason reason) {
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.open(true, request);
      assertThat(stream.awaitReset()).isEqualTo(PROTOCOL_ERROR);
      requireRecord(reason, "PR");
      requireNextOn(client);
    }
  }

  /** A request head of HTTP/2 with another value for one pseudo-field, or a field more. */
  static List<Field> h2(String name, String value) {
    List<Field> fields = new ArrayList<>(H2Client.request("GET", Version.HOST, "/"));
    if (name.startsWith(":")) {
      fields.replaceAll(f -> f.name().equals(name) ? new Field(name, value) : f);
    } else {
      fields.add(new Field(name, value));
    }
    return fields;
  }

  void requireRecord(Reason reason, String terminationCode) {
    Verdict.failed(proxy, reason, reason.status(), terminationCode);
  }

  private void requireNextOn(H2Client client) {
    assertThat(server.requests()).isEmpty();
    assertThat(client.get(Version.HOST, "/next").answer().text()).isEqualTo("ok");
    Verdict.served(proxy, 200);
    assertThat(server.requests()).hasSize(1);
    assertThat(proxy.hasNoRecord()).isTrue();
  }

  /** The answer is the one of the table. */
  static void check(Answer answer, Reason reason) {
    assertThat(answer.status()).isEqualTo(reason.status());
    assertThat(answer.text()).isEqualTo(reason.label() + ": " + reason.text() + "\n");
    assertThat(answer.field("content-type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(answer.field("cache-control")).isEqualTo("no-store");
    assertThat(answer.values("date")).hasSize(1);
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}
