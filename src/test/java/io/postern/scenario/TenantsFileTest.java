package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.ExchangeMeters;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tenants stand in a file as well, which is followed while the proxy runs. */
class TenantsFileTest {

  private static final String ACME = "acme: {sources: [127.0.0.0/8]%s}%n";

  @TempDir private Path dir;

  private String yaml(String route, String more) {
    return """
    listeners:
      edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
    tenants: {listed: {vpcEndpoints: [vpce-1]}}
    tenantsFile: %s
    routes:
      - {name: own, match: {path: [/own]%s}, respond: {body: own}}
      - {name: all, respond: {body: all}}
    admin: {bind: 127.0.0.1:0}
    process: {eventLoops: 1, watchInterval: 100ms}
    %s
    """
        .formatted(dir.resolve("tenants.yaml"), route, more);
  }

  private ProxyUnderTest proxy() {
    return ProxyUnderTest.start(yaml("", ""));
  }

  private void replace(String content) throws IOException {
    Path fresh = Files.writeString(dir.resolve("fresh"), content);
    Files.move(fresh, dir.resolve("tenants.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void awaitChange(ProxyUnderTest proxy, int number) {
    Await.until(
        "change " + number,
        () -> Scrape.of(proxy.admin()).value("postern_tenants_file_changes_total") == number);
  }

  /** Asks, and says as whose client, and with which status. */
  private static String ask(ProxyUnderTest proxy, Caller client) {
    int status = client.get("/").answer().status();
    ExchangeRecord record = proxy.record();
    return name(record.tenant) + " " + status;
  }

  private static String name(@Nullable Object tenant) {
    return tenant == null ? "nobody" : tenant.toString();
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void whoeverHasATenantKeepsItByTheLimitsOfNow(Protocol protocol) throws IOException {
    replace(ACME.formatted(""));
    try (ProxyUnderTest proxy = proxy();
        Caller old = protocol.connect(proxy)) {
      assertThat(ask(proxy, old)).isEqualTo("acme 200");
      replace(ACME.formatted(", limits: {requestRate: 1/h, burst: 2}"));
      awaitChange(proxy, 1);
      assertThat(ask(proxy, old)).isEqualTo("acme 200");
      try (Caller fresh = protocol.connect(proxy)) {
        assertThat(ask(proxy, fresh)).isEqualTo("acme 200");
        assertThat(ask(proxy, old)).isEqualTo("acme 429");
      }
      replace(ACME.formatted(", limits: {requestRate: 1/h, burst: 2, concurrentRequests: 7}"));
      awaitChange(proxy, 2);
      assertThat(ask(proxy, old)).as("the same bucket").isEqualTo("acme 429");

      replace("umbrella: {sources: [127.0.0.1/32]}");
      awaitChange(proxy, 3);
      assertThat(ask(proxy, old)).isEqualTo("acme 429");
      try (Caller fresh = protocol.connect(proxy)) {
        assertThat(ask(proxy, fresh)).isEqualTo("umbrella 200");
      }
      replace(ACME.formatted(""));
      awaitChange(proxy, 4);
      assertThat(ask(proxy, old)).isEqualTo("acme 200");
      Scrape scrape = Scrape.of(proxy.admin());
      assertThat(scrape.value("postern_tenants")).isEqualTo(2);
      String series = "postern_tenant_exchanges_total{class=\"%s\",tenant=\"%s\"}";
      assertThat(scrape.value(series.formatted("2xx", "acme"))).isEqualTo(4);
      assertThat(scrape.value(series.formatted("2xx", "umbrella"))).isEqualTo(1);
    }
  }

  @Test
  void whoeverHadNoneMayGetOne() throws IOException {
    replace("umbrella: {sources: [192.0.2.0/24]}");
    try (ProxyUnderTest proxy = proxy();
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(ask(proxy, client)).isEqualTo("nobody 200");
      replace(ACME.formatted(", routes: [own]"));
      awaitChange(proxy, 1);
      assertThat(ask(proxy, client)).isEqualTo("acme 404");
    }
  }

  /** What is open counts on, and is given back to what counts now. */
  @Test
  void connectionsThatAreOpenCountOn() throws IOException {
    replace(ACME.formatted(", limits: {connections: 5}"));
    try (ProxyUnderTest proxy = proxy()) {
      String series = "postern_tenant_connections{tenant=\"acme\"}";
      try (Caller one = Protocol.H1.connect(proxy);
          Caller two = Protocol.H1.connect(proxy)) {
        assertThat(ask(proxy, one)).isEqualTo("acme 200");
        assertThat(ask(proxy, two)).isEqualTo("acme 200");
        replace(ACME.formatted(", limits: {connections: 2}"));
        awaitChange(proxy, 1);
        assertThat(Scrape.of(proxy.admin()).value(series)).isEqualTo(2);
        assertThat(ask(proxy, one)).isEqualTo("acme 200");
      }
      Await.until("all are gone", () -> Scrape.of(proxy.admin()).value(series) == 0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                  | tenants.yaml:1:1: there is nothing in the file",
        "[]                                  | tenants.yaml:1:1: a list stands here (expected: a map, each",
        "acme: {}                            | tenants.yaml:1:7: acme: there is nothing to know it by",
        "'acme: {sources: ['                 | not valid YAML",
        "acme: {vpcEndpoint: [vpce-2]}       | tenants.yaml:1:8: acme.vpcEndpoint: unknown key, did you mean vpcEndpoints?",
        "acme: {vpcEndpoints: [vpce-1]}      | tenants.yaml:1:23: acme.vpcEndpoints[0]: is one of tenants.listed (test.yaml, line 3) too",
        "listed: {vpcEndpoints: [vpce-2]}    | tenants.yaml:1:9: listed: is tenants.listed (test.yaml, line 3) too",
        "acme: {vpcEndpoints: [vpce-2], routes: [al]} | acme.routes[0]: there is no route \"al\", did you mean all?",
        "umbrella: {vpcEndpoints: [vpce-2]}  | routes[0].match.tenants[0]: there is no tenant \"acme\"",
        "gone                                | tenantsFile: ",
      })
  void aBadFileIsRefusedAndThoseOfBeforeCount(String content, String said) throws IOException {
    replace(ACME.formatted(""));
    try (LogLines log = LogLines.of("io.postern.runtime.TenantUpkeep");
        ProxyUnderTest proxy = ProxyUnderTest.start(yaml(", tenants: [acme]", ""));
        Caller client = Protocol.H1.connect(proxy)) {
      if (content.equals("gone")) {
        Files.delete(dir.resolve("tenants.yaml"));
      } else {
        replace(content);
      }
      assertThat(log.await(said, 1)).singleElement().asString().startsWith("WARN ");
      assertThat(log.about("tenants.yaml: refused, and the tenants of before stay")).hasSize(1);
      assertThat(ask(proxy, client)).isEqualTo("acme 200");
      assertThat(Scrape.of(proxy.admin()).value("postern_tenants_file_refusals_total"))
          .isPositive();
      replace(ACME.formatted(", routes: [own]"));
      awaitChange(proxy, 1);
      assertThat(ask(proxy, client)).isEqualTo("acme 404");
    }
  }

  @Test
  void theConfigIsCheckedTogetherWithIt() throws IOException {
    assertThat(ProxyUnderTest.problems(yaml("", "")))
        .singleElement()
        .asString()
        .startsWith("test.yaml:4:14: tenantsFile: \"")
        .endsWith("/tenants.yaml\" cannot be read: there is no such file");
    replace("acme: {vpcEndpoints: [vpce-2]}\n");
    assertThat(ProxyUnderTest.problems(yaml(", tenants: [acme, listed]", ""))).isEmpty();
    assertThat(ProxyUnderTest.problems(yaml(", tenants: [acne]", "")))
        .containsExactly(
            "test.yaml:6:49: routes[0].match.tenants[0]: there is no tenant \"acne\", did you mean acme?");
    replace("{}");
    assertThat(ProxyUnderTest.problems(yaml("", "unknownTenants: deny"))).isEmpty();
  }

  /** However many there are, and come and go, what is told of them is bounded. */
  @Test
  void soManyAreCountedEachForItself() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 1500; i++) {
      many.append("t%d: {sources: [10.0.%d.%d/32]}%n".formatted(i, i / 256, i % 256));
    }
    replace(many.toString());
    try (ProxyUnderTest proxy = proxy();
        Caller client = Protocol.H1.connect(proxy)) {
      assertThat(ask(proxy, client)).isEqualTo("nobody 200");
      replace(many + ACME.formatted(""));
      awaitChange(proxy, 1);
      assertThat(ask(proxy, client)).isEqualTo("acme 200");
      Scrape scrape = Scrape.of(proxy.admin());
      assertThat(scrape.value("postern_tenants")).isEqualTo(1502);
      String others = "tenant=\"" + ExchangeMeters.OTHERS + "\"";
      String exchanges = "postern_tenant_exchanges_total{class=\"2xx\",";
      assertThat(scrape.value(exchanges + others + "}")).isEqualTo(1);
      assertThat(scrape.value("postern_tenant_connections{" + others + "}")).isZero();
      for (String family : new String[] {exchanges, "postern_tenant_connections{"}) {
        assertThat(scrape.values().keySet().stream().filter(s -> s.startsWith(family)).count())
            .isBetween(1001L, 1002L);
      }
    }
  }
}
