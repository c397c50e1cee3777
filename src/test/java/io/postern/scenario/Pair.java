package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * What is spoken on both sides of the proxy.
 *
 * @param client what the client speaks
 * @param server what the server is spoken to
 */
record Pair(Version client, Version server) {

  /** Each with each. */
  static Stream<Pair> all() {
    return Arrays.stream(Version.values())
        .flatMap(client -> Arrays.stream(Version.values()).map(server -> new Pair(client, server)));
  }

  /**
   * Starts a proxy to a server that is spoken to in plain; timeouts are those of the route, but for
   * {@code /next}.
   */
  ProxyUnderTest proxy(ScriptedServer to, String timeouts) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            limits: {connections: 1000}
            tls: {certificates: [@CERTIFICATES@]}
        routes:
          - {name: next, match: {path: [/next]}, pool: app}
          - {name: all, pool: app, timeouts: {%s}}
        pools:
          app: {protocol: %s, servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(timeouts, server == Version.H1 ? "http/1.1" : "h2c", to.port()));
  }

  /** Waits until so many connections to the server are left, none of them in use. */
  static void awaitPool(ProxyUnderTest proxy, int connections) {
    Server counted = proxy.server("app", 0);
    Await.until(
        connections + " connections at rest",
        () -> counted.connections() == connections && counted.idleConnections() == connections);
    Await.until("nothing in flight", () -> counted.inFlight() == 0);
    assertThat(proxy.hasNoRecord()).isTrue();
  }
}
