package io.postern.health;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.config.ActiveCheck;
import io.postern.config.CheckAddress;
import io.postern.config.HostPort;
import io.postern.config.PoolConfig.Protocol;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.Grpc;
import io.postern.http.HttpVersion;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import io.postern.http.UpstreamStream;
import io.postern.pool.Dialect;
import io.postern.pool.Server;
import io.postern.tls.UpstreamTls;
import io.postern.upstream.Destination;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where the checks of a server go, and what they ask there. */
record CheckTarget(Destination to, ActiveCheck check) {

  private static final AsciiString CLOSE = AsciiString.cached("close");
  private static final AsciiString AGENT = AsciiString.cached("postern-check");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");

  static CheckTarget of(Server server, ActiveCheck check) {
    Dialect dialect = server.dialect();
    Protocol protocol =
        switch (check.type()) {
          case TCP, TLS -> Protocol.HTTP_1_1; // which says nothing by itself
          case HTTP -> dialect.protocol();
          case GRPC -> dialect.protocol() == Protocol.AUTO ? Protocol.H2 : dialect.protocol();
        };
    UpstreamTls tls = check.type() == ActiveCheck.Type.TCP ? null : dialect.tls();
    return new CheckTarget(
        Destination.ofCheck(server, elsewhere(server.address(), check.address()), protocol, tls),
        check);
  }

  private static @Nullable InetSocketAddress elsewhere(
      InetSocketAddress own, @Nullable CheckAddress other) {
    if (other == null) {
      return null;
    }
    int port = other.port() == 0 ? own.getPort() : other.port();
    if (other.host() != null) {
      return Server.address(new HostPort(other.host(), port));
    }
    return own.isUnresolved()
        ? InetSocketAddress.createUnresolved(own.getHostString(), port)
        : new InetSocketAddress(own.getAddress(), port);
  }

  /** Looks at the answer; null where a connection is enough. */
  @Nullable Examiner examiner() {
    return switch (check.type()) {
      case TCP, TLS -> null;
      case HTTP -> new HttpExaminer(check);
      case GRPC -> new GrpcExaminer();
    };
  }

  /**
   * Asks.
   *
   * @param closing whether the request says that it is the last, as it can in HTTP/1.1
   */
  void ask(UpstreamStream stream, boolean closing) {
    if (check.type() == ActiveCheck.Type.GRPC) {
      ByteBuf message = GrpcExaminer.message(check.service());
      stream.writeHead(call(message.readableBytes()), false);
      stream.writeContent(message, true);
    } else {
      stream.writeHead(request(closing), true);
    }
  }

  private RequestHead request(boolean closing) {
    Fields fields = fields();
    if (closing) {
      fields.add(FieldNames.CONNECTION, CLOSE);
    }
    AsciiString method =
        switch (check.method()) {
          case GET -> Methods.GET;
          case HEAD -> Methods.HEAD;
          case OPTIONS -> Methods.OPTIONS;
        };
    return head(method, check.path(), fields, -1, false);
  }

  private RequestHead call(int length) {
    Fields fields = fields();
    fields.add(FieldNames.CONTENT_TYPE, GRPC);
    fields.add(FieldNames.TE, TRAILERS);
    fields.add(FieldNames.GRPC_TIMEOUT, Grpc.timeout(check.timeout().toNanos()));
    return head(Methods.POST, GrpcExaminer.PATH, fields, length, true);
  }

  private Fields fields() {
    Fields fields = new Fields();
    if (!check.headers().containsKey("user-agent")) {
      fields.add(FieldNames.USER_AGENT, AGENT);
    }
    check
        .headers()
        .forEach(
            (name, value) ->
                fields.add(
                    Objects.requireNonNull(FieldNames.lowerCase(AsciiString.of(name))),
                    AsciiString.of(value)));
    return fields;
  }

  private RequestHead head(
      AsciiString method, String target, Fields fields, long length, boolean hasContent) {
    InetSocketAddress address = to.address();
    String host = check.host();
    if (host == null) {
      host = new HostPort(address.getHostString(), address.getPort()).toString();
    }
    AsciiString path = AsciiString.of(target);
    return new RequestHead(
        HttpVersion.HTTP_1_1,
        method,
        AsciiString.of(host),
        path,
        AsciiString.EMPTY_STRING,
        path,
        AsciiString.EMPTY_STRING,
        fields,
        length,
        hasContent);
  }
}
