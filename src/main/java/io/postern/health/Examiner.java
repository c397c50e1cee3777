package io.postern.health;

import io.netty.buffer.ByteBuf;
import io.postern.http.Fields;
import io.postern.http.ResponseHead;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one response, piece by piece, until it has found out whether it is a good one. Each
 * method tells what is wrong with it, an empty text where it is good, and null where it takes more
 * to decide.
 *
 * <p>Owned by the event loop of its check.
 */
sealed interface Examiner permits HttpExaminer, GrpcExaminer {

  /** What all is well is told by. */
  String GOOD = "";

  /** The most that is held of any content. */
  int MOST_CONTENT = 64 * 1024;

  /** The head. */
  @Nullable String head(ResponseHead head, boolean last);

  /** A piece of content, which stays the caller's to release. */
  @Nullable String content(ByteBuf piece, boolean last);

  /** The trailers, after which nothing comes. */
  @Nullable String trailers(Fields trailers);

  /** Content that is held, at most {@link #MOST_CONTENT}. */
  final class Held {

    private byte[] bytes = new byte[256];
    private int length;

    void add(ByteBuf piece) {
      int more = Math.min(piece.readableBytes(), MOST_CONTENT - length);
      if (bytes.length < length + more) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
      }
      piece.getBytes(piece.readerIndex(), bytes, length, more);
      length += more;
    }

    boolean isFull() {
      return length == MOST_CONTENT;
    }

    byte[] bytes() {
      return Arrays.copyOf(bytes, length);
    }
  }
}
