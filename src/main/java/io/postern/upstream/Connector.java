package io.postern.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.SocketOptions;
import io.postern.pool.Server;
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

  /**
   * A connector of a loop.
   *
   * @param channels makes channels of the transport that the loop drives
   * @param options what they are opened with
   */
  public Connector(
      EventLoop loop, ChannelFactory<? extends Channel> channels, SocketOptions options) {
    this.bootstrap =
        options.on(
            new Bootstrap()
                .group(loop)
                .channelFactory(channels)
                .resolver(NameLookups.GROUP)
                // An answer that came before our write failed is still there to be read.
                .option(ChannelOption.AUTO_CLOSE, false));
  }

  /**
   * Opens a connection.
   *
   * @param millis how long that may take
   * @param codec the last handler of its pipeline
   */
  public void connect(Server server, int millis, ChannelHandler codec, Listener listener) {
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
        .connect(server.address())
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
