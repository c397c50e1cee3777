package io.postern.http;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** How much is read from a socket at a time, on both sides. */
final class Reads {

  private static final int LEAST = 1024;
  private static final int FIRST = 4 * 1024;
  private static final int MOST = 64 * 1024;

  /** So that one fast sender leaves time for the others on its loop, and for what it feeds. */
  private static final int IN_A_ROW = 4;

  private Reads() {}

  /** Buffers that grow and shrink with what comes. */
  static RecvByteBufAllocator sized() {
    return new AdaptiveRecvByteBufAllocator(LEAST, FIRST, MOST).maxMessagesPerRead(IN_A_ROW);
  }
}
