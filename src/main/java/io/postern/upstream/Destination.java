package io.postern.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.config.PoolConfig.Protocol;
import io.postern.http.DownstreamConnection;
import io.postern.pool.Dialect;
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
 * @param header the PROXY header that it begins with; null for none. It is only read
 */
public record Destination(
    Server server,
    InetSocketAddress address,
    Protocol protocol,
    @Nullable UpstreamTls tls,
    @Nullable ByteBuf header) {

  /**
   * The server itself, as its pool has it.
   *
   * @param client on whose behalf
   * @param requestId that of the request that it is for
   */
  static Destination of(Server server, DownstreamConnection client, AsciiString requestId) {
    Dialect dialect = server.dialect();
    return new Destination(
        server,
        server.address(),
        dialect.protocol(),
        dialect.tls(),
        ProxyHeaders.of(dialect.sendProxy(), client, requestId));
  }

  /**
   * The server, for a check of our own.
   *
   * @param elsewhere another address that answers for it; null for its own, where what comes begins
   *     as for clients
   */
  public static Destination ofCheck(
      Server server,
      @Nullable InetSocketAddress elsewhere,
      Protocol protocol,
      @Nullable UpstreamTls tls) {
    return new Destination(
        server,
        elsewhere == null ? server.address() : elsewhere,
        protocol,
        tls,
        elsewhere == null ? ProxyHeaders.ofNobody(server.dialect().sendProxy()) : null);
  }
}
