package io.postern.scenario;

import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerTls;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An authority for servers, servers with its certificates, and proxies that trust it. */
final class TlsPool {

  static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Server CA");
  static final Path TRUST = written(AUTHORITY);

  private TlsPool() {}

  /** The authority's own certificate in a file. */
  static Path written(CertificateAuthority authority) {
    try {
      Path file = Files.createTempDirectory("postern-trust-").resolve("ca.pem");
      authority.writeCa(file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A certificate for these hosts. */
  static Issued issued(String... names) {
    return AUTHORITY.issue(KeyType.ECDSA, List.of(names));
  }

  /** A server whose certificate is for these hosts. */
  static ScriptedServer server(String... names) {
    return ScriptedServer.start(ServerTls.of(issued(names)));
  }

  /** The same on a port where another was. */
  static ScriptedServer server(int port, String... names) {
    return ScriptedServer.start(port, ServerTls.of(issued(names)));
  }

  /** A proxy to servers of these ports on {@code localhost}, whose authority it trusts. */
  static ProxyUnderTest proxy(int... ports) {
    return proxy("trust: " + TRUST, "", "localhost", ports);
  }

  /**
   * A proxy to a server on {@code localhost} that is spoken to as {@code pools.*.protocol} says.
   */
  static ProxyUnderTest speaking(String protocol, int port) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, limits: {connections: 1000}, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app, timeouts: {connect: 2s}}
        pools:
          app:
            protocol: %s
            tls: {trust: %s}
            servers: [{address: "localhost:%d"}]
        process: {eventLoops: 1}
        """
            .formatted(protocol, TRUST, port));
  }

  /**
   * A proxy with one pool.
   *
   * @param tls the inside of its {@code tls}
   * @param timeouts the inside of the route's {@code timeouts}
   */
  static ProxyUnderTest proxy(String tls, String timeouts, String host, int... ports) {
    StringBuilder servers = new StringBuilder();
    for (int port : ports) {
      servers.append("      - {address: \"").append(host).append(':').append(port).append("\"}\n");
    }
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, limits: {connections: 1000}, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app, timeouts: {%s}}
        pools:
          app:
            tls: {%s}
            servers:
        %s
        process: {eventLoops: 1}
        """
            .formatted(timeouts, tls, servers));
  }
}
