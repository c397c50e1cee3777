package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Reads the trailer section behind the last chunk of one message (RFC 9112 §7.1.2). Most messages
 * have none, or an empty one that {@link ContentDecoder} knows by sight: it is made when it is
 * needed, so that no connection carries it about.
 *
 * <p>Owned by the event loop of its connection.
 */
final class TrailerReader {

  private static final int MAX_BYTES = 16 * 1024;
  private static final int MAX_TRAILERS = 100;

  private final Refusal refusal;
  private final SectionReader section;
  private final FieldLines lines;
  private final Fields trailers = new Fields(0);

  TrailerReader(Refusal refusal) {
    this.refusal = refusal;
    this.section = new SectionReader(refusal, MAX_BYTES);
    this.lines = new FieldLines(refusal, MAX_TRAILERS);
  }

  /**
   * Reads on. Until it is complete, nothing is consumed.
   *
   * @return those that may pass, when the section is complete and consumed; else null
   */
  @Nullable Fields read(ByteBuf in) {
    lines.read(section.lines(in), 0, this::take);
    if (section.isComplete()) {
      in.skipBytes(section.size());
      return trailers;
    }
    section.checkOpenLine(in);
    if (section.isFull()) {
      throw refusal.malformed("more than " + MAX_BYTES + " bytes of trailers");
    }
    return null;
  }

  private void take(AsciiString name, byte[] bytes, int from, int to) {
    if (FieldRules.passesAsTrailer(name, refusal)) {
      trailers.add(name, new AsciiString(bytes, from, to - from, false));
    }
  }
}
