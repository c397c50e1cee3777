package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import java.io.IOException;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** Which process is at the other end of a unix socket: SO_PEERCRED, see unix(7). */
final class UnixPeer {

  private static final String UNKNOWN = "a user of this machine";

  private UnixPeer() {}

  /** Whether it came by such a socket. */
  static boolean isOne(Channel channel) {
    return channel instanceof DomainSocketChannel || channel instanceof NioDomainSocketChannel;
  }

  /** Who it is, in words. */
  static String of(Channel channel) {
    try {
      return switch (channel) {
        case EpollDomainSocketChannel epoll -> words(epoll.peerCredentials());
        case IoUringDomainSocketChannel uring -> words(uring.peerCredentials());
        default ->
            words(
                channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED)));
      };
    } catch (IOException | ChannelException gone) {
      return UNKNOWN;
    }
  }

  private static String words(PeerCredentials peer) {
    return "uid " + peer.uid() + " (pid " + peer.pid() + ")";
  }

  private static String words(UnixDomainPrincipal peer) {
    return "user " + peer.user().getName();
  }
}
