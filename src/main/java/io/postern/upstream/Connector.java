package io.postern.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.resolver.AddressResolverGroup;
import io.postern.fault.Fault;
import io.postern.http.LoopContext;
import io.postern.http.SocketOptions;
import io.postern.http.UpstreamConnection;
import java.net.InetSocketAddress;
import java.time.InstantSource;

/**
 * Opens connections to servers from one event loop: the look-up of a name, the socket and its
 * options, and TLS. What exchanges use and what checks the health of servers go by the same way.
 *
 * <p>Owned by its event loop.
 */
public final class Connector {

  /** Told once how it went, on the event loop. */
  public interface Listener {

    /** Here it is, open and free. */
    void onConnected(UpstreamConnection connection);

    /** There is none to be had; nothing was sent. */
    void onConnectFailed(Fault fault);

    /** Its socket is closed, or was not to be had: there is one connection less. */
    default void onEnded() {}
  }

  private final LoopContext loop;
  private final InstantSource clock;
  private final Bootstrap bootstrap;

  /**
   * A connector for one event loop.
   *
   * @param channels makes channels of the transport that the loop drives
   * @param options what connections are opened with
   * @param clock the wall clock, for what servers remember of their faults
   */
  public Connector(
      LoopContext loop,
      ChannelFactory<? extends Channel> channels,
      SocketOptions options,
      InstantSource clock) {
    this(loop, channels, options, clock, NameLookups.GROUP);
  }

  Connector(
      LoopContext loop,
      ChannelFactory<? extends Channel> channels,
      SocketOptions options,
      InstantSource clock,
      AddressResolverGroup<InetSocketAddress> names) {
    this.loop = loop;
    this.clock = clock;
    this.bootstrap =
        options
            .on(new Bootstrap())
            .group(loop.loop())
            .channelFactory(channels)
            .resolver(names)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // Connecting has its own
            // An answer that came before our write failed is still there to be read.
            .option(ChannelOption.AUTO_CLOSE, false);
  }

  /** From now on connections are opened with these options. From any thread. */
  public void use(SocketOptions options) {
    loop.loop().execute(() -> options.on(bootstrap));
  }

  /**
   * Opens a connection. Where the pool of the server has TLS it is open when the handshake has
   * ended, and where it speaks HTTP/2 when the server's SETTINGS have come.
   *
   * @param millis how long that may take: the look-up of the name, the TCP connect, the handshake
   *     and the SETTINGS together
   * @param owner told what becomes of the connection once it is open
   */
  public void connect(
      Destination to, int millis, UpstreamConnection.Owner owner, Listener listener) {
    assert loop.loop().inEventLoop();
    new Connecting(loop, to, millis, owner, listener, clock).start(bootstrap.clone());
  }
}
