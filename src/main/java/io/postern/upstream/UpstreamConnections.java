package io.postern.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.WriteBufferWaterMark;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Http1Upstream;
import io.postern.http.LoopContext;
import io.postern.http.Reads;
import io.postern.http.UpstreamConnection;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import java.util.HashMap;
import java.util.Map;

/**
 * The connections to all servers from one event loop: idle ones are taken again, the latest first,
 * and where there is none another is opened.
 *
 * <p>Owned by its event loop; nothing here is shared.
 */
public final class UpstreamConnections {

  /** Who wants a connection. */
  public interface Waiter {

    /** Whether it still does; asked just before it is given one. */
    boolean isWaiting();

    /** Here it is, open and free; the waiter opens a stream on it at once. */
    void onConnected(UpstreamConnection connection);

    /** There is none to be had; nothing was sent. */
    void onConnectFailed(Fault fault);
  }

  private final LoopContext loop;
  private final Bootstrap bootstrap;
  private final Map<Server, IdleConnections> byServer = new HashMap<>();

  /** No connection yet; the factory makes channels of the transport that the loop drives. */
  public UpstreamConnections(LoopContext loop, ChannelFactory<? extends Channel> channels) {
    this.loop = loop;
    this.bootstrap =
        new Bootstrap()
            .group(loop.loop())
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
   * Takes or opens a connection to a server, and tells the waiter, at once or later.
   *
   * @param fresh whether an idle connection is not good enough
   * @param connectMillis how long opening one may take
   */
  public void acquire(Pool pool, Server server, boolean fresh, int connectMillis, Waiter waiter) {
    assert loop.loop().inEventLoop();
    IdleConnections idle =
        byServer.computeIfAbsent(server, any -> new IdleConnections(pool, loop.deadlines()));
    UpstreamConnection free = fresh ? null : idle.take();
    if (free != null) {
      waiter.onConnected(free);
    } else {
      connect(server, idle, connectMillis, waiter);
    }
  }

  private void connect(Server server, IdleConnections idle, int millis, Waiter waiter) {
    Http1Upstream codec = new Http1Upstream(loop, idle);
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
        .addListener(future -> connected((ChannelFuture) future, codec, idle, waiter));
  }

  private static void connected(
      ChannelFuture future, UpstreamConnection codec, IdleConnections idle, Waiter waiter) {
    Throwable cause = future.cause();
    if (cause != null) {
      waiter.onConnectFailed(
          Fault.of(
              cause instanceof ConnectTimeoutException
                  ? Reason.CONNECT_TIMEOUT
                  : Reason.SERVER_REFUSED,
              cause));
    } else if (waiter.isWaiting()) {
      waiter.onConnected(codec);
    } else {
      idle.onIdle(codec);
    }
  }

  /** Closes every idle connection; those in use go when their exchanges end. */
  public void closeIdle() {
    byServer.values().forEach(IdleConnections::closeAll);
  }
}
