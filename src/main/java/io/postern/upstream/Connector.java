package io.postern.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Reads;
import io.postern.pool.Server;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to servers from one event loop: the look-up of a name, the socket and its
 * options. What exchanges use and what checks the health of servers go by the same way.
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

  private final Bootstrap bootstrap;

  /** The factory makes channels of the transport that the loop drives. */
  public Connector(EventLoop loop, ChannelFactory<? extends Channel> channels) {
    this.bootstrap =
        new Bootstrap()
            .group(loop)
            .channelFactory(channels)
            .resolver(NameLookups.GROUP)
            .option(ChannelOption.TCP_NODELAY, true)
            // An answer that came before our write failed is still there to be read.
            .option(ChannelOption.AUTO_CLOSE, false)
            .option(ChannelOption.RECVBUF_ALLOCATOR, Reads.sized())
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(64 * 1024, 128 * 1024));
  }

  /**
   * Opens a connection.
   *
   * @param millis how long that may take
   * @param codec the last handler of its pipeline
   */
  public void connect(Server server, int millis, ChannelHandler codec, Listener listener) {
    connect(server, server.address(), millis, codec, listener);
  }

  /** The same, to another port of the server: where its health is told. */
  public void connect(
      Server server, InetSocketAddress at, int millis, ChannelHandler codec, Listener listener) {
    bootstrap
        .clone()
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(codec);
              }
            })
        .connect(at)
        .addListener(future -> listener.onConnect(faultOf(future.cause())));
  }

  private static @Nullable Fault faultOf(@Nullable Throwable cause) {
    if (cause == null) {
      return null;
    }
    boolean late = cause instanceof ConnectTimeoutException;
    return Fault.of(late ? Reason.CONNECT_TIMEOUT : Reason.SERVER_REFUSED, cause);
  }
}
