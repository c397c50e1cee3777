package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import java.util.List;
import jdk.net.ExtendedSocketOptions;

/**
 * Has the kernel acknowledge at once what is received, and not within the next 40 ms (tcp(7),
 * TCP_QUICKACK).
 *
 * <p>A client with Nagle's algorithm on, as most languages leave it, sends a small piece only when
 * the one before is acknowledged. The last pieces of its handshake are small and nothing of ours
 * follows them that could carry the acknowledgement: BoringSSL keeps its tickets until it has
 * something else to write. So its first request would wait.
 */
final class QuickAck {

  /** The one option, as each transport calls it; a channel knows that of its own alone. */
  private static final List<ChannelOption<Boolean>> OF_TRANSPORTS =
      List.of(
          EpollChannelOption.TCP_QUICKACK,
          IoUringChannelOption.TCP_QUICKACK,
          NioChannelOption.of(ExtendedSocketOptions.TCP_QUICKACK));

  private QuickAck() {}

  /** From now on, until this end writes again; nothing where the channel is closed. */
  static void on(Channel channel) {
    if (!channel.isActive()) {
      return;
    }
    for (ChannelOption<Boolean> option : OF_TRANSPORTS) {
      if (channel.config().setOption(option, true)) {
        return;
      }
    }
  }
}
