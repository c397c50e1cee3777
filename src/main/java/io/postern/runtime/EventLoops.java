package io.postern.runtime;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.postern.config.Bind;
import io.postern.config.ProcessConfig;
import io.postern.config.ProcessConfig.Transport;
import io.postern.http.LoopContext;
import io.postern.http.WindowBudget;
import io.postern.listener.Sockets;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops of the process, and the channels of the transport that drives them.
 *
 * @param transport what was chosen; never {@code AUTO}
 * @param group those that clients' connections are on
 * @param contexts one for each loop, in the order of their index
 * @param side one more loop for what must go on while those are busy; no client of the proxy is on
 *     it
 */
record EventLoops(
    Transport transport,
    ClientLoops group,
    List<LoopContext> contexts,
    LoopContext side,
    ChannelFactory<? extends ServerChannel> serverChannels,
    ChannelFactory<? extends SocketChannel> channels,
    ChannelFactory<? extends DatagramChannel> datagrams) {

  private static final Logger LOG = LoggerFactory.getLogger(EventLoops.class);

  /** The loops of the clients, and the other one. */
  List<LoopContext> all() {
    List<LoopContext> all = new ArrayList<>(contexts);
    all.add(side);
    return List.copyOf(all);
  }

  /**
   * What a listener is bound with.
   *
   * @param accepting the loops that its clients are on
   * @param passed those that the service manager has bound
   */
  Sockets sockets(EventLoopGroup accepting, Bind bind, PassedSockets passed) {
    return switch (bind) {
      case Bind.Address at ->
          new Sockets(accepting, serverChannels, new InetSocketAddress(at.host(), at.port()));
      case Bind.Passed at -> new Sockets(accepting, passed.channels(at), null);
      case Bind.Unix at -> sockets(accepting, at.file());
    };
  }

  private Sockets sockets(EventLoopGroup accepting, Path file) {
    return switch (transport) {
      case IO_URING -> new Sockets(accepting, IoUringServerDomainSocketChannel::new, named(file));
      case EPOLL -> new Sockets(accepting, EpollServerDomainSocketChannel::new, named(file));
      case AUTO, NIO ->
          new Sockets(
              accepting, NioServerDomainSocketChannel::new, UnixDomainSocketAddress.of(file));
    };
  }

  private static SocketAddress named(Path file) {
    return new DomainSocketAddress(file.toFile());
  }

  /**
   * Starts the loops.
   *
   * @param passed whether sockets that were passed to us are listened on: only epoll takes them
   *     over
   * @param overload what windows of HTTP/2 may take, and connections to servers
   * @throws IllegalStateException where the transport that the config asks for cannot be had
   */
  static EventLoops start(ProcessConfig config, boolean passed, Overload overload) {
    int count = config.eventLoops() > 0 ? config.eventLoops() : NettyRuntime.availableProcessors();
    Transport transport = chosen(passed ? Transport.EPOLL : config.transport());
    EventLoops loops = start(transport, count, overload.windows());
    return new EventLoops(
        transport,
        loops.group,
        loops.contexts,
        loops.side,
        loops.serverChannels,
        overload.sockets().of(loops.channels),
        loops.datagrams);
  }

  static EventLoops start(Transport transport, int count, WindowBudget windows) {
    return switch (transport) {
      case IO_URING ->
          of(
              transport,
              count,
              windows,
              IoUringIoHandler.newFactory(),
              IoUringServerSocketChannel::new,
              IoUringSocketChannel::new,
              IoUringDatagramChannel::new);
      case EPOLL ->
          of(
              transport,
              count,
              windows,
              EpollIoHandler.newFactory(),
              EpollServerSocketChannel::new,
              EpollSocketChannel::new,
              EpollDatagramChannel::new);
      case AUTO, NIO ->
          of(
              transport,
              count,
              windows,
              NioIoHandler.newFactory(),
              NioServerSocketChannel::new,
              NioSocketChannel::new,
              NioDatagramChannel::new);
    };
  }

  private static Transport chosen(Transport asked) {
    return switch (asked) {
      // Not io_uring: that of Netty 4.2.18 misses resets and ends, and was not faster here.
      case AUTO -> Epoll.isAvailable() ? Transport.EPOLL : Transport.NIO;
      case IO_URING -> required(asked, IoUring.unavailabilityCause());
      case EPOLL -> required(asked, Epoll.unavailabilityCause());
      case NIO -> asked;
    };
  }

  private static Transport required(Transport asked, @Nullable Throwable missing) {
    if (missing != null) {
      throw new IllegalStateException("process.transport: " + asked + " cannot be had", missing);
    }
    return asked;
  }

  private static EventLoops of(
      Transport transport,
      int count,
      WindowBudget windows,
      IoHandlerFactory handlers,
      ChannelFactory<? extends ServerChannel> serverChannels,
      ChannelFactory<? extends SocketChannel> channels,
      ChannelFactory<? extends DatagramChannel> datagrams) {
    ClientLoops group = new ClientLoops(count, handlers);
    List<LoopContext> contexts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      contexts.add(LoopContext.of(i, group.loop(i), windows));
    }
    EventLoop own =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("side"), handlers).next();
    LoopContext side = LoopContext.of(contexts.size(), own, windows);
    BusyWatch.start(own, group);
    return new EventLoops(
        transport, group, List.copyOf(contexts), side, serverChannels, channels, datagrams);
  }

  /** Ends loops; answers whether they have in time. */
  static boolean end(EventLoopGroup group) {
    // The quiet time is for connections that still say close_notify.
    Future<?> ended = group.shutdownGracefully(50, 5000, TimeUnit.MILLISECONDS);
    boolean inTime = ended.awaitUninterruptibly(6, TimeUnit.SECONDS);
    if (!inTime) {
      LOG.warn("the event loops did not end in time");
    }
    return inTime;
  }
}
