package io.postern.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.postern.fault.Fault;
import io.postern.http.SocketOptions;
import io.postern.pool.Server;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to servers from one event loop: the look-up of a name, the socket and its
 * options, and TLS. What exchanges use and what checks the health of servers go by the same way.
 *
 * <p>Owned by its event loop.
 */
public final class Connector {

  /** Told once how it went, on the event loop. */
  @FunctionalInterface
  public interface Listener {

    /**
     * The connection is open, or there is none.
     *
     * @param fault why there is none; null where it is open
     */
    void onConnect(@Nullable Fault fault);
  }

  private final EventLoop loop;
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
      EventLoop loop,
      ChannelFactory<? extends Channel> channels,
      SocketOptions options,
      InstantSource clock) {
    this(loop, channels, options, clock, NameLookups.GROUP);
  }

  Connector(
      EventLoop loop,
      ChannelFactory<? extends Channel> channels,
      SocketOptions options,
      InstantSource clock,
      AddressResolverGroup<InetSocketAddress> names) {
    this.loop = loop;
    this.clock = clock;
    this.bootstrap =
        options
            .on(new Bootstrap())
            .group(loop)
            .channelFactory(channels)
            .resolver(names)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0) // Connecting has its own
            // An answer that came before our write failed is still there to be read.
            .option(ChannelOption.AUTO_CLOSE, false);
  }

  /**
   * Opens a connection, with TLS where the pool of the server has it: then it is open when the
   * handshake has ended.
   *
   * @param millis how long that may take: the look-up of the name, the TCP connect and the
   *     handshake together
   * @param codec the last handler of its pipeline
   */
  public void connect(Server server, int millis, ChannelHandler codec, Listener listener) {
    connect(server, server.address(), millis, codec, listener);
  }

  /** The same, to another port of the server: where its health is told. */
  public void connect(
      Server server, InetSocketAddress at, int millis, ChannelHandler codec, Listener listener) {
    assert loop.inEventLoop();
    new Connecting(server, at, millis, codec, listener, clock).start(bootstrap.clone(), loop);
  }
}
