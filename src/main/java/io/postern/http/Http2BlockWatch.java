package io.postern.http;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of a client's connection as they come, to know whether a field block has begun
 * and not ended (RFC 9113 §4.3): Netty tells of a block only when it is whole, and a client could
 * take for ever to send one. While a block is open no other frame may come, so the whole connection
 * waits for it.
 *
 * <p>Owned by the event loop of the connection.
 */
final class Http2BlockWatch {

  private static final int PREFACE = 24;
  private static final int FRAME_HEADER = 9;
  private static final int HEADERS = 0x1;
  private static final int CONTINUATION = 0x9;
  private static final int END_HEADERS = 0x4;

  private long skip = PREFACE;
  private int seen;
  private int length;
  private int type;
  private boolean inBlock;
  private boolean endsWithFrame;

  /** Looks at what was read; its indexes stay as they are. */
  void follow(ByteBuf read) {
    int at = read.readerIndex();
    int end = read.writerIndex();
    while (at < end) {
      if (skip > 0) {
        int part = (int) Math.min(skip, end - at);
        skip -= part;
        at += part;
      } else {
        header(read.getUnsignedByte(at++));
      }
      if (skip == 0 && seen == 0 && endsWithFrame) {
        inBlock = false;
        endsWithFrame = false;
      }
    }
  }

  private void header(int octet) {
    switch (seen++) {
      case 0, 1, 2 -> length = seen == 1 ? octet : length << 8 | octet;
      case 3 -> type = octet;
      case 4 -> flags(octet);
      case FRAME_HEADER - 1 -> {
        seen = 0;
        skip = length;
      }
      default -> {} // the stream's number
    }
  }

  private void flags(int octet) {
    if (type == HEADERS || type == CONTINUATION) {
      inBlock = true;
      endsWithFrame = (octet & END_HEADERS) != 0;
    }
  }

  /** Whether a field block has begun and not ended. */
  boolean isBlockOpen() {
    return inBlock;
  }
}
