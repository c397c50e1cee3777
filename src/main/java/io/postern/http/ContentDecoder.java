package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * Takes the content of one message after another out of a connection's accumulation buffer (RFC
 * 9112 §6.3, §7.1). Content is not copied, but for small chunks that come together: the listener
 * gets retained slices, and releases them. The buffer itself stays the caller's even where all of
 * it is content, because its indices go on being read and moved here while the listener keeps its
 * piece; as long as pieces live, the buffer's reference count says that it must not be written to
 * again.
 *
 * <p>The state is moved on before the listener is called. It may therefore do what it likes with
 * its stream from inside the call, start this decoder for the next message included if the piece
 * was the last; but the buffer must live until {@link #decode} returns.
 *
 * <p>Owned by the event loop of its connection. After a fault the connection is to be closed.
 */
final class ContentDecoder {

  /** Less than this is a small chunk. */
  private static final int SMALL = 512;

  /** A chunk of no more than this is tiny: its framing is most of it. */
  private static final int TINY = 8;

  /** So many tiny chunks at once are what no sender needs, though it may send them. */
  private static final int MANY_TINY = 128;

  /** How many bytes of small chunks go on as one. */
  private static final int GATHERED = 4 * 1024;

  /** What stands between the data of the last chunk and the end, where nobody sends more. */
  private static final byte[] PLAIN_END = {'\r', '\n', '0', '\r', '\n', '\r', '\n'};

  private enum State {
    LENGTH,
    UNTIL_CLOSE,
    CHUNK_LINE,
    CHUNK_DATA,
    CHUNK_RETURN,
    CHUNK_FEED,
    TRAILERS,
    DONE
  }

  private final Refusal refusal;
  private final ChunkLine chunkLine;
  private @Nullable ByteBuf gathered;
  private @Nullable TrailerReader trailers;
  private State state = State.DONE;
  private long remaining;
  private int starts;
  private int tiny;

  /**
   * A decoder for the messages of one side of a connection.
   *
   * @param refusal the reason of every fault
   */
  ContentDecoder(Refusal refusal) {
    this.refusal = refusal;
    this.chunkLine = new ChunkLine(refusal);
  }

  /**
   * Begins a message.
   *
   * @param length the bytes that follow; looked at only for {@link Framing#LENGTH}
   */
  void start(Framing framing, long length) {
    starts++;
    remaining = length;
    state =
        switch (framing) {
          case NONE -> State.DONE;
          case LENGTH -> length == 0 ? State.DONE : State.LENGTH;
          case CHUNKED -> State.CHUNK_LINE;
          case UNTIL_CLOSE -> State.UNTIL_CLOSE;
        };
    if (state == State.CHUNK_LINE) {
      chunkLine.startMessage();
    }
  }

  /** Whether the message has ended, or none has begun. */
  boolean isDone() {
    return state == State.DONE;
  }

  /**
   * Whether the message may end here because the connection was closed. The listener is not told:
   * of content that runs until the close, the caller hands on an empty last piece.
   */
  boolean endOfInput() {
    return state == State.DONE || state == State.UNTIL_CLOSE;
  }

  /**
   * Reads on in the message, to its end or to that of the buffer.
   *
   * @param in all bytes of the connection that were not consumed yet; not taken over
   * @param out is told of each piece; not at all of a message without content
   * @return whether the message has ended; what follows it is left in the buffer
   * @throws io.postern.fault.FaultException where the content is not framed as it must be
   */
  boolean decode(ByteBuf in, ContentListener out) {
    tiny = 0;
    try {
      return take(in, out);
    } finally {
      handGathered(out);
    }
  }

  /** Whether what was decoded last was a crowd of tiny chunks. */
  boolean wasMostlyFraming() {
    return tiny >= MANY_TINY;
  }

  private boolean take(ByteBuf in, ContentListener out) {
    int message = starts;
    boolean more = true;
    while (more && state != State.DONE && in.isReadable()) {
      more =
          switch (state) {
            case LENGTH -> length(in, out);
            case UNTIL_CLOSE -> untilClose(in, out);
            case CHUNK_LINE -> chunkLine(in);
            case CHUNK_DATA -> chunkData(in, out);
            case CHUNK_RETURN -> chunkEnd(in);
            case CHUNK_FEED -> expect(in, '\n', State.CHUNK_LINE);
            case TRAILERS -> trailers(in, out);
            case DONE -> false;
          };
    }
    return state == State.DONE || message != starts;
  }

  private boolean length(ByteBuf in, ContentListener out) {
    ByteBuf piece = piece(in);
    boolean last = remaining == 0;
    if (last) {
      state = State.DONE;
    }
    out.onContent(piece, last);
    return false;
  }

  private static boolean untilClose(ByteBuf in, ContentListener out) {
    out.onContent(in.readRetainedSlice(in.readableBytes()), false);
    return false;
  }

  /** As much of what remains of the content, or of the chunk, as is there. */
  private ByteBuf piece(ByteBuf in) {
    int length = (int) Math.min(in.readableBytes(), remaining);
    remaining -= length;
    return in.readRetainedSlice(length);
  }

  private boolean chunkLine(ByteBuf in) {
    if (!chunkLine.read(in)) {
      return false;
    }
    remaining = chunkLine.size();
    chunkLine.startLine();
    if (remaining > 0) {
      state = State.CHUNK_DATA;
      return true;
    }
    state = State.TRAILERS;
    return true;
  }

  private boolean chunkData(ByteBuf in, ContentListener out) {
    int length = (int) Math.min(in.readableBytes(), remaining);
    if (length < SMALL && length == remaining && !isPlainEnd(in, length)) {
      gather(in, length, out);
      return true;
    }
    handGathered(out);
    ByteBuf piece = piece(in);
    boolean last = remaining == 0 && skipPlainEnd(in);
    if (last) {
      state = State.DONE;
    } else if (remaining == 0) {
      state = State.CHUNK_RETURN;
    }
    out.onContent(piece, last);
    return !last;
  }

  /**
   * Small chunks that come together go on together: one by one they would cost whoever passes them
   * on, and all who wait for him, many times what they cost to send.
   */
  private void gather(ByteBuf in, int length, ContentListener out) {
    if (gathered != null && !gathered.isWritable(length)) {
      handGathered(out);
    }
    if (gathered == null) {
      gathered = in.alloc().buffer(GATHERED, GATHERED);
    }
    gathered.writeBytes(in, length);
    tiny += length <= TINY ? 1 : 0;
    remaining = 0;
    state = State.CHUNK_RETURN;
  }

  private void handGathered(ContentListener out) {
    ByteBuf pieces = gathered;
    gathered = null;
    if (pieces != null) {
      out.onContent(pieces, false);
    }
  }

  /**
   * Consumes the usual end of a message, if it is all there, so that the data can say it is last.
   */
  private static boolean skipPlainEnd(ByteBuf in) {
    boolean end = isPlainEnd(in, 0);
    in.skipBytes(end ? PLAIN_END.length : 0);
    return end;
  }

  /** Whether it stands behind so many bytes more. */
  private static boolean isPlainEnd(ByteBuf in, int behind) {
    boolean end = in.readableBytes() - behind >= PLAIN_END.length;
    for (int i = 0; end && i < PLAIN_END.length; i++) {
      end = in.getByte(in.readerIndex() + behind + i) == PLAIN_END[i];
    }
    return end;
  }

  private boolean chunkEnd(ByteBuf in) {
    if (in.readableBytes() >= 2 && in.getShort(in.readerIndex()) == ChunkLine.CR_LF) {
      in.skipBytes(2);
      state = State.CHUNK_LINE;
      return true;
    }
    return expect(in, '\r', State.CHUNK_FEED);
  }

  private boolean expect(ByteBuf in, char expected, State next) {
    byte b = in.readByte();
    if (b != expected) {
      throw refusal.malformed(
          "the byte 0x%02x where a chunk of the announced size ends".formatted(b & 0xFF));
    }
    state = next;
    return true;
  }

  private boolean trailers(ByteBuf in, ContentListener out) {
    TrailerReader reader = trailers == null ? new TrailerReader(refusal) : trailers;
    Fields fields = reader.read(in);
    trailers = fields == null ? reader : null;
    if (fields == null) {
      return false;
    }
    state = State.DONE;
    handGathered(out);
    if (fields.isEmpty()) {
      out.onContent(Unpooled.EMPTY_BUFFER, true);
    } else {
      out.onTrailers(fields);
    }
    return false;
  }
}
