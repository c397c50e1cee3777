package io.postern.scenario;

import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import java.net.InetSocketAddress;

/** A proxy whose servers are checked. */
final class Checked {

  private Checked() {}

  /**
   * Starts a proxy with one pool, {@code app}.
   *
   * @param active the inside of {@code health.active}
   */
  static ProxyUnderTest to(String active, InetSocketAddress... servers) {
    return to(1, active, servers);
  }

  /** The same with more event loops. */
  static ProxyUnderTest to(int loops, String active, InetSocketAddress... servers) {
    StringBuilder list = new StringBuilder();
    for (InetSocketAddress server : servers) {
      list.append("      - {address: \"127.0.0.1:").append(server.getPort()).append("\"}\n");
    }
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            health: {active: {%s}}
            servers:
        %s
        process: {eventLoops: %d}
        """
            .formatted(active, list, loops));
  }

  /** The same, once the first round of checks is over. */
  static ProxyUnderTest once(ProxyUnderTest proxy) {
    Await.result("the first round of checks", proxy.runtime().ready());
    return proxy;
  }

  /** Waits until a server of the pool is down. */
  static Server awaitDown(ProxyUnderTest proxy, int server) {
    Await.until("server " + server + " is down", () -> !proxy.server("app", server).isUp());
    return proxy.server("app", server);
  }

  /** Waits until a server of the pool is up. */
  static Server awaitUp(ProxyUnderTest proxy, int server) {
    Await.until("server " + server + " is up", () -> proxy.server("app", server).isUp());
    return proxy.server("app", server);
  }

  /** Waits until so many checks of a server have ended. */
  static Server awaitChecks(ProxyUnderTest proxy, int server, long count) {
    Server checked = proxy.server("app", server);
    Await.until(count + " checks", () -> checked.checksPassed() + checked.checksFailed() >= count);
    return checked;
  }
}
