package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DifferenceTest {

  private static final String BEFORE =
      """
      listeners: {edge: {bind: "127.0.0.1:0"}}
      routes:
        - {name: api, match: {path: [/api/*]}, pool: app, timeouts: {response: 90s}}
        - {name: all, pool: app}
      pools:
        app: {servers: [{address: "10.0.0.1:80"}, {address: "10.0.0.2:80"}]}
        old: {servers: [{address: "10.0.0.9:80"}]}
      """;

  private static List<String> between(String before, String after) {
    return Difference.between(Configs.of(before), Configs.of(after)).stream()
        .map(Difference::toString)
        .toList();
  }

  @Test
  void whatIsNamedIsFoundByItsName() {
    String after =
        BEFORE
            .replace("90s", "2h")
            .replace("app: {servers", "app: {balance: random, servers")
            .replace(
                "{address: \"10.0.0.1:80\"}, {address: \"10.0.0.2:80\"}",
                "{address: \"10.0.0.2:80\", weight: 7}, {address: \"10.0.0.3:80\", tier: 1}")
            .replace("  old: {servers: [{address: \"10.0.0.9:80\"}]}\n", "")
            .replace("listeners:", "tenants: {acme: {vpcEndpoints: [vpce-0a]}}\nlisteners:");
    assertThat(between(BEFORE, after))
        .containsExactly(
            "+ tenants.acme: {vpcEndpoints: [vpce-0a]}",
            "~ routes[api].timeouts.response: 90s -> 2h",
            "~ pools.app.balance: round-robin -> random",
            "- pools.app.servers[10.0.0.1:80]",
            "~ pools.app.servers[10.0.0.2:80].weight: 100 -> 7",
            "+ pools.app.servers[10.0.0.3:80]: {address: 10.0.0.3:80, tier: 1}",
            "- pools.old");
    assertThat(between(after, after)).isEmpty();
  }

  @Test
  void theOrderOfRoutesSaysSomethingAndWhereTheyStandInTheFileNothing() {
    String after =
        """
        # moved
        routes:
          - {name: all, pool: app}
          - {name: api, match: {path: [/api/*]}, pool: app, timeouts: {response: 90s}}
        listeners: {edge: {bind: "127.0.0.1:0"}}
        pools:
          old: {servers: [{address: "10.0.0.9:80"}]}
          app: {servers: [{address: "10.0.0.1:80"}, {address: "10.0.0.2:80"}]}
        """;
    assertThat(between(BEFORE, after))
        .containsExactly("~ routes (order): [api, all] -> [all, api]");
    assertThat(between(BEFORE, "# moved\n" + BEFORE)).isEmpty();
  }

  @Test
  void secretsAreNotPrinted() {
    String tickets =
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [{chain: a.pem, key: a.key}], sessionTickets: {secret: %s}}
        routes: [{name: all, respond: {status: 204}}]
        """;
    String one = "0123456789abcdef0123456789abcdef";
    assertThat(between(tickets.formatted(one), tickets.formatted(one.replace('0', '1'))))
        .containsExactly("~ listeners.edge.tls.sessionTickets.secret: *** -> ***");
  }

  /** Or each reload would find what nobody has changed. */
  @Test
  void whatIsReadTwiceIsTheSame() throws IOException {
    String whole = Files.readString(Path.of("config", "postern.yaml"));
    Config one = read(whole);
    assertThat(Difference.between(one, read(whole))).isEmpty();
    assertThat(read(whole)).isEqualTo(one);
  }

  private static Config read(String text) {
    Loaded loaded = ConfigLoader.parse("postern.yaml", text, Path.of("config"), Map.of());
    return ((Loaded.Valid) loaded).config();
  }
}
