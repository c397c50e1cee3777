package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import io.postern.http.ClientConnection;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.DownstreamSettings;
import io.postern.http.ExchangeFactory;
import io.postern.http.Http1Downstream;
import io.postern.http.Http2Downstream;
import io.postern.observe.ListenerMeters;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What the pipelines of one listener on one event loop are made of.
 *
 * @param listener the listener's name
 * @param settings its bounds, for the codecs
 * @param tellsCertificate whether servers are told of the certificates that clients show
 * @param retirement when connections are sent away
 * @param context opens the exchanges of this loop
 * @param connections the open ones
 * @param meters what is counted of the listener
 * @param handshakes what handshakes have to do with
 */
record Downstream(
    String listener,
    DownstreamSettings settings,
    boolean tellsCertificate,
    Retirement.Terms retirement,
    ExchangeFactory.OfLoop context,
    ClientConnections connections,
    ListenerMeters meters,
    Handshakes handshakes) {

  /** Puts the codec at the end of the pipeline: the connection may bring requests. */
  void install(Channel channel, Arrival arrival, @Nullable TlsSession tls, boolean h2) {
    DownstreamConnection connection =
        new DownstreamConnection(
            channel.eventLoop(),
            listener,
            arrival.client(),
            arrival.local(),
            AsciiString.of(textOf(arrival.client())),
            arrival.vpce(),
            arrival.user(),
            tls,
            channel.closeFuture());
    Retirement exchanges = Retirement.of(context, retirement);
    ClientConnection codec =
        h2
            ? Http2Downstream.create(connection, settings, exchanges, context.loop())
            : new Http1Downstream(connection, settings, exchanges, context.loop());
    channel.pipeline().addLast("http", (ChannelHandler) codec);
    exchanges.begin(channel, codec, context.random());
    long now = context.loop().deadlines().now();
    connections.add(new LiveConnection(channel, codec, connection, exchanges, now));
  }

  private static String textOf(InetSocketAddress address) {
    String text = address.getAddress().getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }
}
