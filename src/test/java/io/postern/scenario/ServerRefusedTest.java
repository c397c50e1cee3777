package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that refuse connections: another answers, and where all refuse, 503. */
class ServerRefusedTest {

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void anotherServerAnswers(Protocol protocol) {
    try (ClosedPort closed = new ClosedPort();
        ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(closed.address(), server.address());
        Caller client = protocol.connect(proxy)) {
      int second = 0;
      for (int i = 0; i < 4; i++) {
        assertThat(client.get("/" + i).answer().text()).isEqualTo("ok");
        ExchangeRecord record = Ended.well(proxy);
        assertThat(record.server).isEqualTo(Ended.label(server.address()));
        assertThat(record.attempts).isBetween(1, 2);
        second += record.attempts - 1;
      }
      assertThat(second).as("exchanges that tried the closed port first").isEqualTo(2);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(2);
      assertThat(proxy.server("app", 1).faults()).isZero();
      assertThat(proxy.server("app", 0).inFlight()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void contentIsNotLostOnTheWayToAnother(Protocol protocol) {
    Content content = Content.ofSize(300_000);
    try (ClosedPort closed = new ClosedPort();
        ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(closed.address(), server.address());
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 2; i++) {
        assertThat(client.post("/upload", content).answer().status()).isEqualTo(200);
        assertThat(server.awaitRequest(i).content().isAllOf(content)).isTrue();
      }
      assertThat(proxy.record().attempts + proxy.record().attempts).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void allRefuse(Protocol protocol) {
    try (ScriptedServer first = ScriptedServer.start();
        ScriptedServer second = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(first.address(), second.address());
        Caller client = protocol.connect(proxy)) {
      first.refuse();
      second.refuse();
      Answer answer = client.get("/").answer();
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text()).startsWith("server-refused: ");
      assertThat(answer.field("connection")).isEmpty();
      ExchangeRecord record = Ended.badly(proxy, 503, "SC", Reason.SERVER_REFUSED);
      assertThat(record.attempts).isEqualTo(2);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      assertThat(proxy.server("app", 1).faults()).isEqualTo(1);

      first.listenAgain();
      second.listenAgain();
      assertThat(client.get("/again").answer().status()).isEqualTo(200);
      assertThat(Ended.well(proxy).attempts).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void allRefuseAnUpload(Protocol protocol) {
    try (ClosedPort closed = new ClosedPort();
        ProxyUnderTest proxy = ProxyUnderTest.to(closed.address());
        Caller client = protocol.connect(proxy)) {
      assertThat(client.post("/", Content.ofSize(1000)).answer().status()).isEqualTo(503);
      assertThat(Ended.badly(proxy, 503, "SC", Reason.SERVER_REFUSED).bytesReceived).isZero();
    }
  }
}
