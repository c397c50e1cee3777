package io.postern.http;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/**
 * Follows the frames of a peer as they come, before anything is made of them: each is told to the
 * accounts of the connection where it may be a glitch, those too that Netty passes over in silence.
 * And it knows whether a field block has begun and not ended (RFC 9113 §4.3): Netty tells of a
 * block only when it is whole, and a peer could take for ever to send one. While a block is open no
 * other frame may come, so the whole connection waits for it.
 *
 * <p>Owned by the event loop of the connection.
 */
final class Http2FrameWatch {

  private static final int PREFACE = 24;
  private static final int FRAME_HEADER = 9;
  private static final int END_HEADERS = 0x4;

  /** Whoever has more to say than a frame holds fills it: none is smaller than 16 KiB. */
  private static final int FRAGMENT = 8 * 1024;

  /** So many heads take the loop about a millisecond. */
  private static final int AT_ONCE = 16;

  private static final int DATA = 0x0;
  private static final int HEADERS = 0x1;
  private static final int PRIORITY = 0x2;
  private static final int RST_STREAM = 0x3;
  private static final int SETTINGS = 0x4;
  private static final int PING = 0x6;
  private static final int GOAWAY = 0x7;
  private static final int WINDOW_UPDATE = 0x8;
  private static final int CONTINUATION = 0x9;

  private final Consumer<Glitch> glitches;
  private long skip;
  private int seen;
  private int length;
  private int type;
  private boolean inBlock;
  private boolean endsWithFrame;

  /**
   * Follows one side of a connection.
   *
   * @param client whether it is the client's, which begins with a preface
   * @param glitches told of each frame that needs a reason to be sent
   */
  Http2FrameWatch(boolean client, Consumer<Glitch> glitches) {
    this.skip = client ? PREFACE : 0;
    this.glitches = glitches;
  }

  /**
   * Looks at what was read, some frames of it at most; its indexes stay as they are.
   *
   * @return how many bytes were looked at: where that is not all, the next begins with a frame
   */
  int follow(ByteBuf read) {
    int at = read.readerIndex();
    int end = read.writerIndex();
    for (int frames = 0; at < end && frames < AT_ONCE; ) {
      if (skip > 0) {
        int part = (int) Math.min(skip, end - at);
        skip -= part;
        at += part;
      } else {
        header(read.getUnsignedByte(at++));
      }
      if (skip == 0 && seen == 0) {
        frames++;
        inBlock &= !endsWithFrame;
        endsWithFrame = false;
      }
    }
    return at - read.readerIndex();
  }

  private void header(int octet) {
    switch (seen++) {
      case 0, 1, 2 -> length = seen == 1 ? octet : length << 8 | octet;
      case 3 -> type = octet;
      case 4 -> onFrame(octet);
      case FRAME_HEADER - 1 -> {
        seen = 0;
        skip = length;
      }
      default -> {} // the stream's number
    }
  }

  private void onFrame(int flags) {
    switch (type) {
      case DATA -> {} // by its stream
      case HEADERS, CONTINUATION -> onPartOfBlock((flags & END_HEADERS) != 0);
      case RST_STREAM -> glitches.accept(Glitch.RESET);
      case SETTINGS -> glitches.accept(Glitch.SETTINGS);
      case GOAWAY -> glitches.accept(Glitch.GOAWAY);
      case PING -> glitches.accept(Glitch.PING);
      case WINDOW_UPDATE -> glitches.accept(Glitch.WINDOW_UPDATE);
      case PRIORITY -> glitches.accept(Glitch.PRIORITY);
      default -> glitches.accept(Glitch.OTHER_FRAME);
    }
  }

  private void onPartOfBlock(boolean last) {
    inBlock = true;
    endsWithFrame = last;
    if (!last && length < FRAGMENT) {
      glitches.accept(Glitch.FRAGMENT);
    }
  }

  /** Whether a field block has begun and not ended. */
  boolean isBlockOpen() {
    return inBlock;
  }
}
