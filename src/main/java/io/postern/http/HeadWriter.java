package io.postern.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Writes HTTP/1.1 heads and chunk framing (RFC 9112 §3–7) from what was understood. A head is put
 * together in one array and copied out once.
 *
 * <p>Owned by one event loop.
 */
public final class HeadWriter {

  private static final byte[] HTTP_1_1 = " HTTP/1.1\r\nhost: ".getBytes(US_ASCII);
  private static final byte[] CONTENT_LENGTH = "content-length: ".getBytes(US_ASCII);
  private static final byte[] CHUNKED = "transfer-encoding: chunked\r\n".getBytes(US_ASCII);
  private static final byte[] CLOSE = "connection: close\r\n".getBytes(US_ASCII);
  private static final byte[] KEEP_ALIVE = "connection: keep-alive\r\n".getBytes(US_ASCII);
  private static final byte[] UPGRADE = "connection: upgrade\r\nupgrade: ".getBytes(US_ASCII);
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);
  private static final byte[][] STATUS_LINES = statusLines();

  private byte[] bytes = new byte[4096];
  private int end;

  HeadWriter() {}

  /** A request head in origin form. */
  ByteBuf request(ByteBufAllocator allocator, RequestHead head) {
    end = 0;
    put(head.method());
    put((byte) ' ');
    put(head.target());
    put(HTTP_1_1);
    put(head.authority());
    crlf();
    fields(head.fields());
    framing(head.contentLength(), head.hasContent());
    if (head.upgrade() != null) {
      upgrade(head.upgrade());
    }
    crlf();
    return out(allocator);
  }

  /**
   * A response head; {@code chunked} where the content has no length but the client reads chunks.
   */
  ByteBuf response(
      ByteBufAllocator allocator, ResponseHead head, boolean chunked, Persistence persistence) {
    end = 0;
    put(STATUS_LINES[head.status()]);
    fields(head.fields());
    framing(head.contentLength(), chunked);
    if (head.upgrade() == null) {
      persistence(persistence);
    } else {
      upgrade(head.upgrade());
    }
    crlf();
    return out(allocator);
  }

  private void persistence(Persistence persistence) {
    switch (persistence) {
      case DEFAULT -> {}
      case KEEP_ALIVE -> put(KEEP_ALIVE);
      case CLOSE -> put(CLOSE);
    }
  }

  /** The line that opens a chunk of this many bytes, and the end of the one before it. */
  ByteBuf chunk(ByteBufAllocator allocator, int size, boolean first) {
    begin(first);
    hex(size);
    crlf();
    return out(allocator);
  }

  /** What ends a chunked message, and the chunk before it. */
  ByteBuf lastChunk(ByteBufAllocator allocator, boolean first) {
    begin(first);
    put(LAST_CHUNK);
    return out(allocator);
  }

  /** What ends a chunked message with a trailer section, and the chunk before it. */
  ByteBuf trailers(ByteBufAllocator allocator, Fields trailers, boolean first) {
    begin(first);
    put((byte) '0');
    crlf();
    fields(trailers);
    crlf();
    return out(allocator);
  }

  private void begin(boolean first) {
    end = 0;
    if (!first) {
      crlf();
    }
  }

  @SuppressWarnings("ReferenceEquality") // a known name is always the same object
  private void fields(Fields fields) {
    for (int i = 0; i < fields.size(); i++) {
      if (fields.name(i) == FieldNames.TE) {
        continue; // is for the next hop only where Connection says so, which HTTP/2 does not have
      }
      put(fields.name(i));
      put((byte) ':');
      put((byte) ' ');
      put(fields.value(i));
      crlf();
    }
  }

  private void framing(long contentLength, boolean chunked) {
    if (contentLength >= 0) {
      put(CONTENT_LENGTH);
      decimal(contentLength);
      crlf();
    } else if (chunked) {
      put(CHUNKED);
    }
  }

  private void upgrade(AsciiString protocol) {
    put(UPGRADE);
    put(protocol);
    crlf();
  }

  private void decimal(long value) {
    int digits = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      digits++;
    }
    room(digits);
    long rest = value;
    for (int i = end + digits - 1; i >= end; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    end += digits;
  }

  private void hex(int value) {
    int digits = Math.max(1, (35 - Integer.numberOfLeadingZeros(value)) >> 2);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      put((byte) Character.forDigit((value >> shift) & 0xF, 16));
    }
  }

  private void crlf() {
    room(2);
    bytes[end++] = '\r';
    bytes[end++] = '\n';
  }

  private void put(byte b) {
    room(1);
    bytes[end++] = b;
  }

  private void put(byte[] text) {
    room(text.length);
    System.arraycopy(text, 0, bytes, end, text.length);
    end += text.length;
  }

  private void put(AsciiString text) {
    int length = text.length();
    room(length);
    System.arraycopy(text.array(), text.arrayOffset(), bytes, end, length);
    end += length;
  }

  private void room(int more) {
    if (bytes.length - end < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, end + more));
    }
  }

  private ByteBuf out(ByteBufAllocator allocator) {
    return allocator.directBuffer(end, end).writeBytes(bytes, 0, end);
  }

  private static byte[][] statusLines() {
    byte[][] lines = new byte[1000][];
    for (int status = 100; status < 1000; status++) {
      HttpResponseStatus known = HttpResponseStatus.valueOf(status);
      lines[status] =
          ("HTTP/1.1 " + status + " " + known.reasonPhrase() + "\r\n").getBytes(US_ASCII);
    }
    return lines;
  }
}
