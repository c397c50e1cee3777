package io.postern.upstream;

import io.postern.config.PoolConfig.Protocol;
import io.postern.pool.Server;
import io.postern.tls.UpstreamTls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection goes.
 *
 * @param server whose connection it is
 * @param address that of the server, or another where it is asked for its health
 * @param protocol what is spoken there
 * @param tls how TLS is spoken below it; null where it is not
 */
public record Destination(
    Server server, InetSocketAddress address, Protocol protocol, @Nullable UpstreamTls tls) {

  /** The server itself, as its pool has it. */
  public static Destination of(Server server) {
    return new Destination(
        server, server.address(), server.dialect().protocol(), server.dialect().tls());
  }
}
