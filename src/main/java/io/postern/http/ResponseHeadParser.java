package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of the responses of an HTTP/1.1 connection (RFC 9112 §4, §5, §6) as strictly as
 * {@link RequestHeadParser} reads those of requests; every offence is a {@link
 * Reason#BAD_RESPONSE}.
 *
 * <p>Owned by the event loop of its connection. After a fault the connection is to be closed; the
 * parser is not to be called again.
 */
final class ResponseHeadParser {

  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int NO_CONTENT = 204;
  private static final int NOT_MODIFIED = 304;

  private final SectionReader section;
  private final FieldLines lines;
  private final HeadFields fields;
  private final int maxHeadBytes;
  private final int maxFields;
  private @Nullable StatusLine first;
  private Framing framing = Framing.NONE;
  private boolean keepAlive;
  private int taken;

  /**
   * A parser for the heads of one connection.
   *
   * @param maxHeadBytes the most bytes a head may have, from its first to its empty line
   * @param maxFields the most field lines a head may have
   */
  ResponseHeadParser(int maxHeadBytes, int maxFields) {
    this.maxHeadBytes = maxHeadBytes;
    this.maxFields = maxFields;
    section = new SectionReader(Refusal.OF_RESPONSE, maxHeadBytes);
    lines = new FieldLines(Refusal.OF_RESPONSE, maxFields);
    fields = new HeadFields(Refusal.OF_RESPONSE);
  }

  /**
   * Reads on in the head. Until it is complete, nothing is consumed. An informational head is one
   * by itself: the next call reads the head that follows.
   *
   * @param in all bytes of the connection that were not consumed yet; not taken over
   * @param toHead whether the request was a HEAD
   * @param asked the protocol that the request would go on with; null for none
   * @return the head, when it is complete and consumed; else null
   * @throws FaultException with {@link Reason#BAD_RESPONSE}, as soon as the offence shows
   */
  @Nullable ResponseHead parse(ByteBuf in, boolean toHead, @Nullable AsciiString asked) {
    taken = 0;
    byte[] bytes = section.lines(in);
    if (bytes.length > 0) {
      read(bytes, asked);
    }
    if (first != null && section.isComplete()) {
      taken = section.size();
      in.skipBytes(taken);
      return finish(first, toHead, asked);
    }
    section.checkOpenLine(in);
    if (section.isFull()) {
      throw Refusal.OF_RESPONSE.as(
          Reason.HEAD_TOO_LARGE, "a head of more than " + maxHeadBytes + " bytes");
    }
    return null;
  }

  /** What the head is that was refused last; see {@link #parse} for what was asked for. */
  Passage refused(Accumulation received, boolean toHead, @Nullable AsciiString asked) {
    ResponseHeadParser again = new ResponseHeadParser(maxHeadBytes, maxFields);
    return Passage.of(received.with(taken), in -> again.parse(in, toHead, asked));
  }

  /** How the content behind the last head ends. */
  Framing framing() {
    return framing;
  }

  /** Whether the server lets the connection persist behind the response of the last head. */
  boolean keepAlive() {
    return keepAlive;
  }

  private void read(byte[] bytes, @Nullable AsciiString asked) {
    int at = 0;
    if (first == null) {
      first = StatusLine.parse(bytes);
      at = first.size();
      fields.begin();
      if (first.status() == SWITCHING_PROTOCOLS && asked == null) {
        throw Refusal.OF_RESPONSE.malformed("a 101 that nobody asked for");
      }
    }
    lines.read(bytes, at, fields);
  }

  private ResponseHead finish(StatusLine line, boolean toHead, @Nullable AsciiString asked) {
    boolean chunked = fields.isChunked(line.version());
    int status = line.status();
    AsciiString upgrade = status == SWITCHING_PROTOCOLS ? switched(asked) : null;
    boolean bare = status < 200 || status == NO_CONTENT;
    framing = framing(chunked, bare || toHead || status == NOT_MODIFIED);
    keepAlive = framing != Framing.UNTIL_CLOSE && fields.keepsAlive(line.version());
    if (bare && (chunked || fields.length() > 0)) {
      refuseContentOf(status);
    }
    long length = bare ? -1 : fields.length();
    ResponseHead head =
        new ResponseHead(
            line.version(), status, fields.take(), length, framing != Framing.NONE, upgrade);
    first = null;
    section.reset();
    lines.reset();
    return head;
  }

  /** RFC 9110 §7.8: the server says what it switches to, and that is what it was asked for. */
  private AsciiString switched(@Nullable AsciiString asked) {
    AsciiString upgrade = fields.upgrade();
    if (upgrade == null || !upgrade.equals(asked)) {
      throw Refusal.OF_RESPONSE.malformed(
          upgrade == null
              ? "a 101 without Upgrade"
              : "a 101 to a protocol that nobody asked for: " + FieldRules.show(upgrade));
    }
    return upgrade;
  }

  private Framing framing(boolean chunked, boolean none) {
    if (none || fields.length() == 0) {
      return Framing.NONE;
    }
    if (chunked) {
      return Framing.CHUNKED;
    }
    return fields.length() > 0 ? Framing.LENGTH : Framing.UNTIL_CLOSE;
  }

  /**
   * A server must not announce content for these (RFC 9110 §8.6, RFC 9112 §6.1). Many do so for a
   * 204; whether they then send any cannot be known, so the connection is not used again.
   */
  private void refuseContentOf(int status) {
    if (status < 200) {
      throw Refusal.OF_RESPONSE.as(Reason.AMBIGUOUS_LENGTH, "content announced for a " + status);
    }
    keepAlive = false;
  }
}
