package io.postern.health;

import io.netty.util.AsciiString;
import io.postern.config.HostPort;
import io.postern.config.PoolConfig.ActiveCheck;
import io.postern.config.PoolConfig.CheckMethod;
import io.postern.config.PoolConfig.CheckType;
import io.postern.config.PoolConfig.Protocol;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import io.postern.pool.Server;
import io.postern.upstream.Destination;
import java.net.InetSocketAddress;

/** Where the checks of a server go, and what they ask there. */
record CheckTarget(Destination to, ActiveCheck check) {

  private static final AsciiString CLOSE = AsciiString.cached("close");
  private static final AsciiString AGENT = AsciiString.cached("postern-check");

  static CheckTarget of(Server server, ActiveCheck check) {
    // A connection of HTTP/1.1 says nothing by itself.
    Protocol protocol =
        check.type() == CheckType.HTTP ? server.dialect().protocol() : Protocol.HTTP_1_1;
    InetSocketAddress address = at(server.address(), check.port());
    return new CheckTarget(new Destination(server, address, protocol), check);
  }

  /** Whether a connection is not enough. */
  boolean asks() {
    return check.type() == CheckType.HTTP;
  }

  private static InetSocketAddress at(InetSocketAddress own, int port) {
    if (port == 0) {
      return own;
    }
    return own.isUnresolved()
        ? InetSocketAddress.createUnresolved(own.getHostString(), port)
        : new InetSocketAddress(own.getAddress(), port);
  }

  /**
   * What is asked.
   *
   * @param closing whether the request says that it is the last, as it can in HTTP/1.1
   */
  RequestHead request(boolean closing) {
    InetSocketAddress address = to.address();
    String host = check.host();
    if (host == null) {
      host = new HostPort(address.getHostString(), address.getPort()).toString();
    }
    AsciiString path = AsciiString.of(check.path());
    Fields fields = new Fields(2);
    fields.add(FieldNames.USER_AGENT, AGENT);
    if (closing) {
      fields.add(FieldNames.CONNECTION, CLOSE);
    }
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
