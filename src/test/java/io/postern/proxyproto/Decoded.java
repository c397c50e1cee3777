package io.postern.proxyproto;

import io.netty.buffer.ByteBuf;
import io.postern.testkit.Pieces;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What came of bytes that begin a connection.
 *
 * @param header null where it was not complete, or none
 * @param flaw null where nothing was wrong
 * @param rest what was left for the client, as Latin-1
 */
record Decoded(
    @Nullable ProxyHeader header, MalformedHeader.@Nullable Flaw flaw, @Nullable String rest) {

  /** Decodes bytes that come in these pieces. */
  static Decoded of(byte[] bytes, int[] ends) {
    Collector collector = new Collector();
    Pieces.feed(bytes, ends, collector::take);
    return collector.decoded(bytes);
  }

  /** Decodes bytes that come at once, one by one, and in any two pieces; all must agree. */
  static Decoded of(byte[] bytes) {
    Decoded first = of(bytes, new int[] {bytes.length});
    for (int[] ends : Pieces.waysOf(bytes.length)) {
      Decoded other = of(bytes, ends);
      if (!other.equals(first)) {
        throw new AssertionError(first + ", but in pieces " + Arrays.toString(ends) + " " + other);
      }
    }
    return first;
  }

  /** The same for a text in Latin-1. */
  static Decoded of(String latin1) {
    return of(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static final class Collector {

    private final ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    private @Nullable ProxyHeader header;
    private MalformedHeader.@Nullable Flaw flaw;
    private int consumed;

    void take(ByteBuf in) {
      if (header != null || flaw != null) {
        return;
      }
      int from = in.readerIndex();
      try {
        header = decoder.decode(in);
      } catch (MalformedHeader malformed) {
        flaw = malformed.flaw();
      }
      consumed += in.readerIndex() - from;
    }

    Decoded decoded(byte[] bytes) {
      String rest =
          new String(bytes, consumed, bytes.length - consumed, StandardCharsets.ISO_8859_1);
      return new Decoded(header, flaw, header == null ? null : rest);
    }
  }
}
