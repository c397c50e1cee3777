package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.ByteToMessageDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a connection that were read and not yet understood.
 *
 * <p>Owned by the event loop of the connection.
 */
final class Accumulation {

  /** Takes something out of the buffer; answers whether it may be asked again at once. */
  interface Step {
    boolean take(ByteBuf in);
  }

  private @Nullable ByteBuf buffer;
  private boolean processing;

  /** Adds what was read, and takes it over. */
  void add(ByteBufAllocator allocator, ByteBuf read) {
    buffer =
        buffer == null
            ? read
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, buffer, read);
  }

  /**
   * Goes through the bytes for as long as the step takes something. From inside the step it may be
   * called again, and does nothing then.
   */
  void process(Step step) {
    if (processing) {
      return;
    }
    processing = true;
    try {
      while (buffer != null && buffer.isReadable() && step.take(buffer)) {}
    } finally {
      processing = false;
    }
    tidy(); // not behind a fault: somebody may look at what was refused, and then clears
  }

  /** How many bytes wait. */
  int size() {
    return buffer == null ? 0 : buffer.readableBytes();
  }

  /** A copy of what waits, and of what was taken last and is still there. */
  byte[] with(int taken) {
    if (buffer == null || buffer.readerIndex() < taken) {
      return new byte[0];
    }
    return ByteBufUtil.getBytes(buffer, buffer.readerIndex() - taken, taken + size());
  }

  /** Gives up what waits. */
  void clear() {
    if (buffer != null) {
      buffer.skipBytes(buffer.readableBytes());
      tidy();
    }
  }

  private void tidy() {
    if (buffer == null || processing) {
      return;
    }
    if (!buffer.isReadable()) {
      buffer.release();
      buffer = null;
    } else if (buffer.refCnt() == 1) {
      buffer.discardSomeReadBytes();
    }
  }
}
