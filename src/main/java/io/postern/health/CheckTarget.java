package io.postern.health;

import io.netty.util.AsciiString;
import io.postern.config.HostPort;
import io.postern.config.PoolConfig.ActiveCheck;
import io.postern.config.PoolConfig.CheckMethod;
import io.postern.config.PoolConfig.CheckType;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import io.postern.pool.Server;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the checks of a server go, and what they ask there.
 *
 * @param request null where a connection is enough
 */
record CheckTarget(Server server, InetSocketAddress address, @Nullable RequestHead request) {

  private static final AsciiString CLOSE = AsciiString.cached("close");
  private static final AsciiString AGENT = AsciiString.cached("postern-check");

  static CheckTarget of(Server server, ActiveCheck check) {
    InetSocketAddress address = at(server.address(), check.port());
    boolean asks = check.type() == CheckType.HTTP;
    return new CheckTarget(server, address, asks ? request(address, check) : null);
  }

  private static InetSocketAddress at(InetSocketAddress own, int port) {
    if (port == 0) {
      return own;
    }
    return own.isUnresolved()
        ? InetSocketAddress.createUnresolved(own.getHostString(), port)
        : new InetSocketAddress(own.getAddress(), port);
  }

  private static RequestHead request(InetSocketAddress address, ActiveCheck check) {
    String host = check.host();
    if (host == null) {
      host = new HostPort(address.getHostString(), address.getPort()).toString();
    }
    AsciiString path = AsciiString.of(check.path());
    Fields fields = new Fields(2);
    fields.add(FieldNames.USER_AGENT, AGENT).add(FieldNames.CONNECTION, CLOSE);
    return new RequestHead(
        HttpVersion.HTTP_1_1,
        check.method() == CheckMethod.HEAD ? Methods.HEAD : Methods.GET,
        AsciiString.of(host),
        path,
        AsciiString.EMPTY_STRING,
        path,
        AsciiString.EMPTY_STRING,
        fields,
        -1,
        false);
  }
}
