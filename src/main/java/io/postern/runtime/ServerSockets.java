package io.postern.runtime;

import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFactory;
import io.netty.channel.socket.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The sockets to servers: how many are open, and how many may be, so that the last descriptors are
 * left to files, and to whoever looks at the metrics. Shared by all event loops: counters.
 */
final class ServerSockets {

  private final AtomicInteger open = new AtomicInteger();
  private volatile long most = Long.MAX_VALUE;

  /** How many are open. */
  int open() {
    return open.get();
  }

  /** So many may be, until another number is told. */
  void allow(long number) {
    most = number;
  }

  /** Opens them by another factory, which fails here where no more may be. */
  ChannelFactory<SocketChannel> of(ChannelFactory<? extends SocketChannel> factory) {
    return () -> {
      if (open.get() >= most) {
        throw new ChannelException("the last descriptors are not for connections to servers");
      }
      SocketChannel channel = factory.newChannel();
      open.incrementAndGet();
      channel.closeFuture().addListener(closed -> open.decrementAndGet());
      return channel;
    };
  }
}
