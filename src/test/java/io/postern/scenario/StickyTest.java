package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The same server for the same client, by a hash or by a cookie. */
class StickyTest {

  private final ScriptedServer one = ScriptedServer.start(new Respond(Response.of(200, "one")));
  private final ScriptedServer two = ScriptedServer.start(new Respond(Response.of(200, "two")));
  private final ScriptedServer three = ScriptedServer.start(new Respond(Response.of(200, "three")));

  @AfterEach
  void close() {
    one.close();
    two.close();
    three.close();
  }

  private ProxyUnderTest proxy(String pool) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        tenants:
          local: {sources: [127.0.0.0/8]}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            servers:
              - {address: "127.0.0.1:%d", zone: here}
              - {address: "127.0.0.1:%d", zone: there}
              - {address: "127.0.0.1:%d", zone: there}
            %s
        admin: {bind: 127.0.0.1:0}
        process: {zone: here}
        """
            .formatted(one.port(), two.port(), three.port(), pool));
  }

  private static String answered(Client client, String path, String... fields) {
    Answer answer = client.request("GET", path, fields).answer();
    assertThat(answer.status()).isEqualTo(200);
    return answer.content().text();
  }

  @ParameterizedTest
  @CsvSource({
    "path, /%s, x-user, any",
    "header:x-user, /, x-user, %s",
    "cookie:u, /, cookie, a=b; u=%s"
  })
  void byAKey(String by, String path, String name, String value) {
    String pool = "balance: hash\n    hash: {by: \"%s\"}".formatted(by);
    try (ProxyUnderTest proxy = proxy(pool);
        Client client = Version.H1.connect(proxy)) {
      Set<String> seen = new HashSet<>();
      for (int key = 0; key < 30; key++) {
        String first = answered(client, path.formatted(key), name, value.formatted(key));
        seen.add(first);
        assertThat(answered(client, path.formatted(key), name, value.formatted(key)))
            .isEqualTo(first);
      }
      assertThat(seen).as("the only one in our zone").containsOnly("one");
      proxy.server("app", 0).turnDown("status 500", Instant.EPOCH);
      seen.clear();
      for (int key = 0; key < 30; key++) {
        String first = answered(client, path.formatted(key), name, value.formatted(key));
        seen.add(first);
        assertThat(answered(client, path.formatted(key), name, value.formatted(key)))
            .isEqualTo(first);
      }
      assertThat(seen).containsOnly("two", "three");
    }
  }

  @ParameterizedTest
  @EnumSource
  void byTenantThereIsOne(Version version) {
    try (ProxyUnderTest proxy = proxy("balance: hash\n    hash: {by: tenant}");
        Client client = version.connect(proxy)) {
      proxy.server("app", 0).turnDown("status 500", Instant.EPOCH);
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        seen.add(answered(client, "/" + i));
      }
      assertThat(seen).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void byACookie(Version version) {
    try (ProxyUnderTest proxy = proxy("stickiness: {cookie: at, maxAge: 1h}");
        Client client = version.connect(proxy)) {
      proxy.server("app", 0).turnDown("status 500", Instant.EPOCH);
      Answer first = client.get("/");
      String server = first.content().text();
      String cookie = first.field("set-cookie");
      assertThat(cookie)
          .matches("at=[0-9a-f]{16}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax; Secure");
      String shown = "x=y; " + cookie.substring(0, cookie.indexOf(';'));
      for (int i = 0; i < 10; i++) {
        Answer again = client.request("GET", "/", "cookie", shown).answer();
        assertThat(again.content().text()).isEqualTo(server);
        assertThat(again.fields()).noneMatch(field -> field.name().equalsIgnoreCase("set-cookie"));
      }
      // When its server goes the client gets another, and another cookie.
      int index = server.equals("two") ? 1 : 2;
      proxy.server("app", index).turnDown("status 500", Instant.EPOCH);
      Answer moved = client.request("GET", "/", "cookie", shown).answer();
      assertThat(moved.content().text()).isNotEqualTo(server);
      assertThat(moved.field("set-cookie")).startsWith("at=").isNotEqualTo(cookie);
      // One of somebody's own making is no server's.
      assertThat(
              client
                  .request("GET", "/", "cookie", "at=0123456789abcdef")
                  .answer()
                  .field("set-cookie"))
          .startsWith("at=");
    }
  }

  @Test
  void whatLeavesOurZoneIsCounted() {
    one.otherwise(new Respond(Response.of(200, Content.ofSize(1000))));
    two.otherwise(new Respond(Response.of(200, Content.ofSize(2000))));
    three.otherwise(new Respond(Response.of(200, Content.ofSize(2000))));
    try (ProxyUnderTest proxy = proxy("balance: round-robin");
        Client client = Version.H1.connect(proxy)) {
      client.start("PUT", "/").send("near").end().answer();
      proxy.record();
      proxy.server("app", 0).turnDown("status 500", Instant.EPOCH);
      client.start("PUT", "/").send("far away").end().answer();
      proxy.record();
      Scrape scrape = Scrape.of(proxy.admin());
      String family = "postern_pool_cross_zone_bytes_total{direction=\"%s\",pool=\"app\"}";
      assertThat(scrape.value(family.formatted("sent"))).isEqualTo(8);
      assertThat(scrape.value(family.formatted("received"))).isEqualTo(2000);
    }
  }
}
