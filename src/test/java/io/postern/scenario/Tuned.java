package io.postern.scenario;

import io.postern.testkit.ProxyUnderTest;
import java.net.InetSocketAddress;

/** A proxy to one server, with keys of its listener and of its route. */
final class Tuned {

  private Tuned() {}

  /**
   * Starts a proxy with one pool, {@code app}.
   *
   * @param listener such as {@code limits: {pipelined: 1KiB}}, the inside of a YAML flow map
   * @param route such as {@code requestBody: {limit: 1KiB}}
   */
  static ProxyUnderTest to(String listener, String route, InetSocketAddress server) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}, %s}
        routes:
          - {name: all, pool: app, %s}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(listener, route, server.getPort()));
  }
}
