package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import io.postern.runtime.Explanation.Line;
import io.postern.runtime.Question;
import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each pool of a split has its share, and what has the same key goes to the same pool. */
class SplitTest {

  private static final String[] POOLS = {"a", "b"};

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
          tenants:
            acme: {sources: [192.0.2.0/24]}
            other: {sources: [127.0.0.0/8], limits: {requestRate: 1000000/s}}
          routes:
            - {name: lot, match: {path: [/lot]}, split: [{pool: a}, {pool: b}]}
            - {name: user, match: {path: [/user]}, split: [{pool: a, weight: 3}, {pool: b, weight: 1}], splitBy: "header:X-User"}
            - {name: tenant, match: {path: [/tenant]}, split: [{pool: a}, {pool: b}], splitBy: tenant}
          pools:
            a: {servers: [{address: "127.0.0.1:%1$d"}]}
            b: {servers: [{address: "127.0.0.1:%1$d"}]}
          admin: {bind: "127.0.0.1:0"}
          process: {eventLoops: 1}
          """
              .formatted(server.port()));

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void byLotAndCountedByPool(Version version) {
    Map<String, Integer> counts = new HashMap<>();
    try (Client client = version.connect(proxy)) {
      for (int i = 0; i < 60; i++) {
        assertThat(client.get("/lot").status()).isEqualTo(200);
        counts.merge(String.valueOf(proxy.record().pool), 1, Integer::sum);
      }
    }
    assertThat(counts).as("it is one in 2^59 that they are not").containsOnlyKeys(POOLS);
    for (String pool : POOLS) {
      String series =
          "postern_exchanges_total{class=\"2xx\",pool=\"%s\",route=\"lot\",server=\"127.0.0.1:%d\"}"
              .formatted(pool, server.port());
      int expected = counts.getOrDefault(pool, 0);
      Await.until(series, () -> Scrape.of(proxy.admin()).value(series) == expected);
    }
    Scrape scrape = Scrape.of(proxy.admin());
    long sent =
        Stream.of(POOLS)
            .map(
                "{pool=\"%%s\",route=\"lot\",server=\"127.0.0.1:%d\"}".formatted(server.port())
                    ::formatted)
            .mapToLong(labels -> scrape.value("postern_sent_bytes_total" + labels))
            .sum();
    assertThat(sent).isEqualTo(60 * 2);
  }

  @ParameterizedTest
  @EnumSource
  void theSameKeyGoesToTheSamePool(Version version) {
    Map<String, String> pools = new HashMap<>();
    try (Client client = version.connect(proxy)) {
      for (int i = 0; i < 60; i++) {
        String user = "user-" + i % 20;
        client.request("GET", "/user", "X-User", user).answer();
        String pool = String.valueOf(proxy.record().pool);
        assertThat(pools.merge(user, pool, (first, _) -> first)).isEqualTo(pool);
      }
      client.get("/tenant");
      String first = proxy.record().pool;
      for (int i = 0; i < 10; i++) {
        client.get("/tenant");
        assertThat(proxy.record().pool).isEqualTo(first);
      }
    }
    assertThat(pools).containsValues(POOLS);
  }

  private List<Line> explained(String path) {
    return proxy
        .explain(
            new Question(
                null,
                "GET",
                "localhost",
                path,
                List.of(),
                "localhost",
                null,
                NetUtil.createInetAddressFromIpAddressString("127.0.0.1"),
                null))
        .lines();
  }

  @Test
  void explained() {
    assertThat(explained("/lot"))
        .contains(
            new Line("split", "by request: a 100 of 200, b 100 of 200"),
            new Line("pool", "a, round-robin, http/1.1"),
            new Line("pool", "b, round-robin, http/1.1"));
    assertThat(explained("/tenant"))
        .contains(new Line("split", "by tenant: a 100 of 200, b 100 of 200"))
        .filteredOn(line -> line.subject().equals("pool"))
        .hasSize(1);
  }
}
