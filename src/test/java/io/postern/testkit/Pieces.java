package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Ways in which the same bytes may come off a wire: at once, one by one, and in two pieces cut at
 * every place.
 */
public final class Pieces {

  /** Longer bytes are cut at fewer places. */
  private static final int LONG = 1030;

  /** Not watched for leaks, which would write down every access: references are counted below. */
  private static final UnpooledByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(false, true);

  private Pieces() {}

  /** Each way, as the ends of its pieces. */
  public static List<int[]> waysOf(int length) {
    List<int[]> ways = new ArrayList<>();
    ways.add(new int[] {length});
    int[] each = new int[length];
    for (int i = 0; i < length; i++) {
      each[i] = i + 1;
    }
    ways.add(each);
    int step = 1 + 10 * (length / LONG);
    for (int cut = 1; cut < length; cut += step) {
      ways.add(new int[] {cut, length});
    }
    return ways;
  }

  /**
   * Feeds bytes piece by piece through a buffer that has been read from before; off the heap where
   * they come at once, on it otherwise. Nobody may keep a piece of the buffer.
   */
  public static void feed(byte[] bytes, int[] ends, Consumer<ByteBuf> reader) {
    int capacity = bytes.length + 3;
    ByteBuf buffer =
        ends.length == 1 ? BUFFERS.directBuffer(capacity) : BUFFERS.heapBuffer(capacity);
    try {
      buffer.writeBytes(new byte[] {'o', 'l', 'd'}).skipBytes(3);
      int from = 0;
      for (int end : ends) {
        buffer.writeBytes(bytes, from, end - from);
        from = end;
        reader.accept(buffer);
      }
    } finally {
      assertThat(buffer.refCnt()).as("pieces that nobody released").isEqualTo(1);
      buffer.release();
    }
  }
}
