package io.postern.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Flushes a channel once at the end of the event loop's pass, however much was written to it in
 * that pass and by whom: one TLS record and one system call in place of several. Much content is
 * flushed earlier, so that the channel's writability tells the truth.
 *
 * <p>Owned by the event loop of the channel.
 */
final class Flusher implements Runnable {

  private static final int AT_ONCE = 64 * 1024;

  private final Channel channel;
  private boolean pending;
  private int bytes;

  Flusher(Channel channel) {
    this.channel = channel;
  }

  /** Asks for a flush behind what the loop is doing now. */
  void request() {
    request(0);
  }

  /** Asks for a flush of so many bytes more. */
  void request(int more) {
    bytes += more;
    if (bytes >= AT_ONCE) {
      bytes = 0;
      channel.flush();
    } else if (!pending) {
      pending = true;
      channel.eventLoop().execute(this);
    }
  }

  /** What was written and the socket has not taken yet. */
  long queuedBytes() {
    ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
    return queue == null ? 0 : queue.totalPendingWriteBytes();
  }

  @Override
  public void run() {
    pending = false;
    bytes = 0;
    channel.flush();
  }
}
