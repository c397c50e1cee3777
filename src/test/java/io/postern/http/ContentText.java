package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import io.postern.testkit.Pieces;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** What a decoder makes of bytes in chunks; it does not change once the decoder is done. */
final class ContentText implements ContentListener {

  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private Fields trailers = new Fields(0);
  private boolean ended;
  private @Nullable Reason refused;

  /** What comes of bytes in pieces that end at these places. */
  static ContentText of(byte[] bytes, int[] ends) {
    ContentText text = new ContentText();
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(Framing.CHUNKED, -1);
    try {
      Pieces.feed(bytes, ends, in -> decoder.decode(in, text));
    } catch (FaultException e) {
      text.refused = e.fault().reason();
    }
    return text;
  }

  /** What comes of what a buffer begins with, which is consumed. */
  static ContentText read(ByteBuf in) {
    ContentText text = new ContentText();
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(Framing.CHUNKED, -1);
    boolean more = true;
    while (more && !decoder.isDone()) {
      int before = in.readerIndex();
      decoder.decode(in, text);
      more = in.readerIndex() > before;
    }
    return text;
  }

  @Override
  public void onContent(ByteBuf piece, boolean last) {
    content.writeBytes(ByteBufUtil.getBytes(piece));
    piece.release();
    ended |= last;
  }

  @Override
  public void onTrailers(Fields came) {
    trailers = came;
    ended = true;
  }

  /** Whether it ended as it should. */
  boolean isWhole() {
    return ended && refused == null;
  }

  byte[] content() {
    return content.toByteArray();
  }

  Fields trailers() {
    return trailers;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ContentText text && toString().equals(text.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return ByteBufUtil.hexDump(content()) + " " + trailers + " " + ended + " " + refused;
  }
}
