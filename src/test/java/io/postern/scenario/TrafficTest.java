package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.admin.TrafficReading;
import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two readings of what each route, tenant and server has had make rates. */
class TrafficTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners: {plain: {bind: "127.0.0.1:0"}}
          tenants: {acme: {sources: [127.0.0.0/8]}}
          routes:
            - {name: bad, match: {path: [/bad]}, respond: {status: 503, body: sorry}}
            - {name: all, pool: app}
          pools: {app: {servers: [{address: "127.0.0.1:%d"}]}}
          admin: {bind: "127.0.0.1:0"}
          process: {eventLoops: 1}
          """
              .formatted(server.port()));
  private final RawClient admin = RawClient.connect(proxy.admin());

  @AfterEach
  void close() {
    admin.close();
    proxy.close();
    server.close();
  }

  private String read(String by) {
    admin.send(
        "GET /api/v1/traffic?by=%s HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n"
            .formatted(by));
    return admin.readAnswer().text();
  }

  private List<String> rates(String by, TrafficReading before) throws IOException {
    return TrafficReading.of(read(by))
        .table(before, 2)
        .lines()
        .skip(1)
        .map(line -> line.replaceAll(" +", " "))
        .toList();
  }

  @Test
  void ratesAreTheDifferenceOverTime() throws IOException {
    try (RawClient client = RawClient.connect(proxy.address())) {
      TrafficReading routes = TrafficReading.of(read("route"));
      TrafficReading tenants = TrafficReading.of(read("tenant"));
      TrafficReading servers = TrafficReading.of(read("server"));
      TrafficReading listeners = TrafficReading.of(read("listener"));
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/", "x.test").text()).isEqualTo("ok");
      }
      assertThat(client.get("/bad", "x.test").status()).isEqualTo(503);
      for (int i = 0; i < 4; i++) {
        proxy.record();
      }
      Await.until(
          "all are counted", () -> rates("tenant", tenants).contains("acme 2.0 0.5 0.0 5.5"));
      assertThat(rates("route", routes)).contains("all 1.5 0.0 0.0 3.0", "bad 0.5 0.5 0.0 2.5");
      assertThat(rates("listener", listeners)).contains("plain 2.0 0.5 0.0 5.5");
      assertThat(rates("server", servers))
          .contains("app/127.0.0.1:%d 1.5 0.0 0.0 3.0".formatted(server.port()));
    }
  }
}
