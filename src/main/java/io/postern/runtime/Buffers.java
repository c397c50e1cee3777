package io.postern.runtime;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of Netty's buffers. What its allocator has reserved is not what is in use: chunks that
 * are empty again stay with it, and are given back by fours only when it turns to another one.
 */
final class Buffers {

  /** More than its caches for single threads have, so that it is from what all threads share. */
  private static final int SIZE = 128 * 1024;

  /** As much as its largest chunk, and one more. */
  private static final int MOST = (8 << 20) / SIZE + 1;

  private Buffers() {}

  /** What is reserved, in bytes. */
  static long reserved() {
    return Math.max(0, PlatformDependent.usedDirectMemory());
  }

  /**
   * Has the allocator give back chunks that nobody uses: it is asked for buffers until it turns to
   * another chunk, or reserves one, and has them back at once. Takes some ten microseconds.
   */
  static void giveBack() {
    List<ByteBuf> taken = new ArrayList<>();
    long before = reserved();
    try {
      while (taken.size() < MOST && reserved() == before) {
        taken.add(ByteBufAllocator.DEFAULT.directBuffer(SIZE, SIZE));
      }
    } catch (OutOfMemoryError e) {
      // All of it is in use then.
    } finally {
      taken.forEach(ByteBuf::release);
    }
  }
}
