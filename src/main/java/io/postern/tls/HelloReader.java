package io.postern.tls;

import io.netty.buffer.ByteBuf;
import io.postern.tls.ClientHello.Malformed;

/**
 * A bounds-checked cursor over one vector of a handshake message (RFC 8446 §3.4). It leaves the
 * indexes of the buffer alone, and every read beyond the vector is a {@link Malformed}.
 */
final class HelloReader {

  private final ByteBuf in;
  private final String what;
  private final int end;
  private int at;

  /** Over all readable bytes. */
  HelloReader(ByteBuf in, String what) {
    this(in, what, in.readerIndex(), in.writerIndex());
  }

  private HelloReader(ByteBuf in, String what, int start, int end) {
    this.in = in;
    this.what = what;
    this.at = start;
    this.end = end;
  }

  int remaining() {
    return end - at;
  }

  boolean hasMore() {
    return at < end;
  }

  int u8() throws Malformed {
    return in.getUnsignedByte(take(1));
  }

  int u16() throws Malformed {
    return in.getUnsignedShort(take(2));
  }

  void skip(int length) throws Malformed {
    take(length);
  }

  /** The next vector whose length stands in one byte; empty ones are malformed. */
  HelloReader vector8(String name) throws Malformed {
    return vector(name, u8());
  }

  /** The next vector whose length stands in two bytes; empty ones are malformed. */
  HelloReader vector16(String name) throws Malformed {
    return vector(name, u16());
  }

  /** The content of the next extension, which may be empty. */
  HelloReader extension(String name) throws Malformed {
    int length = u16();
    int start = take(length);
    return new HelloReader(in, name, start, start + length);
  }

  /** All that is left, byte by byte as characters. */
  String text() throws Malformed {
    char[] text = new char[remaining()];
    for (int i = 0; i < text.length; i++) {
      text[i] = (char) u8();
    }
    return new String(text);
  }

  void mustEnd() throws Malformed {
    if (hasMore()) {
      throw malformed("has bytes behind its end");
    }
  }

  Malformed malformed(String why) {
    return new Malformed(what + " " + why);
  }

  private HelloReader vector(String name, int length) throws Malformed {
    if (length == 0) {
      throw new Malformed(name + " is empty");
    }
    int start = take(length);
    return new HelloReader(in, name, start, start + length);
  }

  private int take(int length) throws Malformed {
    if (length > remaining()) {
      throw malformed("is cut short");
    }
    int start = at;
    at += length;
    return start;
  }
}
