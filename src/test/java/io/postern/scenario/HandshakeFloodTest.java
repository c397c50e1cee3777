package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import org.junit.jupiter.api.Test;

/** Handshakes that come to nothing are said to be many where they are, and not one by one. */
class HandshakeFloodTest {

  private static final int MANY = 100;

  private static void connectAndClose(ProxyUnderTest proxy, int times) {
    for (int i = 0; i < times; i++) {
      RawClient.connect(proxy.address()).close();
    }
  }

  @Test
  void isALineInTheLog() {
    try (LogLines log = LogLines.of("io.postern.listener.HandshakeReports");
        ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address())) {
      connectAndClose(proxy, MANY / 2);
      assertThat(log.all()).isEmpty();
      connectAndClose(proxy, MANY);
      Await.until("a line", () -> !log.all().isEmpty());
      assertThat(log.all())
          .singleElement()
          .asString()
          .contains("more than 100 handshakes failed within a minute, the last of 127.0.0.1")
          .contains("NO_HELLO");
    }
  }
}
