package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of the requests of an HTTP/1.1 connection (RFC 9112 §3, §5, §6), strictly: what
 * two readers could understand in two ways is refused, not repaired. Each line is judged when it
 * has come, and a byte that no line may have even before.
 *
 * <p>Owned by the event loop of its connection. After a fault the connection is to be closed; the
 * parser is not to be called again.
 */
final class RequestHeadParser {

  private final SectionReader section;
  private final FieldLines lines;
  private final HeadFields fields;
  private final int maxHeadBytes;
  private final int maxFields;
  private @Nullable RequestLine first;
  private boolean emptyLineSkipped;
  private Framing framing = Framing.NONE;
  private boolean keepAlive;
  private int taken;

  /**
   * A parser for the heads of one connection.
   *
   * @param maxHeadBytes the most bytes a head may have, from its first to its empty line
   * @param maxFields the most field lines a head may have
   */
  RequestHeadParser(int maxHeadBytes, int maxFields) {
    this.maxHeadBytes = maxHeadBytes;
    this.maxFields = maxFields;
    section = new SectionReader(Refusal.OF_REQUEST, maxHeadBytes);
    lines = new FieldLines(Refusal.OF_REQUEST, maxFields);
    fields = new HeadFields(Refusal.OF_REQUEST);
  }

  /**
   * Reads on in the head. Until it is complete, nothing is consumed but one empty line before it.
   *
   * @param in all bytes of the connection that were not consumed yet; not taken over
   * @return the head, when it is complete and consumed; else null
   * @throws FaultException for what is wrong with the head, as soon as it shows
   */
  @Nullable RequestHead parse(ByteBuf in) {
    if (!section.isStarted() && !skipEmptyLine(in)) {
      return null;
    }
    taken = 0;
    byte[] bytes = section.lines(in);
    if (bytes.length > 0) {
      read(bytes);
    }
    if (first != null && section.isComplete()) {
      taken = section.size();
      in.skipBytes(taken);
      return finish(first);
    }
    section.checkOpenLine(in);
    if (section.isFull()) {
      throw tooLarge();
    }
    return null;
  }

  /** What the head is that was refused last, here or for what it says. */
  Passage refused(Accumulation received) {
    return Passage.of(received.with(taken), new RequestHeadParser(maxHeadBytes, maxFields)::parse);
  }

  /** Whether a byte of a head has been seen that is not complete yet. */
  boolean started() {
    return section.isStarted();
  }

  /** How the content behind the last head ends. */
  Framing framing() {
    return framing;
  }

  /** Whether the client lets the connection persist behind the request of the last head. */
  boolean keepAlive() {
    return keepAlive;
  }

  /**
   * Some clients send an empty line behind the content of a request. One is skipped (RFC 9112 §2.2)
   * and does not count as the beginning of a head.
   *
   * @return whether there is something behind it
   */
  private boolean skipEmptyLine(ByteBuf in) {
    int at = in.readerIndex();
    if (!emptyLineSkipped && in.isReadable() && in.getByte(at) == '\r') {
      if (in.readableBytes() == 1) {
        return false;
      }
      if (in.getByte(at + 1) == '\n') {
        in.skipBytes(2);
        emptyLineSkipped = true;
      }
    }
    return in.isReadable();
  }

  private void read(byte[] bytes) {
    int at = 0;
    if (first == null) {
      first = RequestLine.parse(bytes);
      at = first.size();
      fields.begin();
    }
    lines.read(bytes, at, fields);
  }

  private RequestHead finish(RequestLine line) {
    boolean chunked = fields.isChunked(line.version());
    long length = fields.length();
    framing = chunked ? Framing.CHUNKED : length > 0 ? Framing.LENGTH : Framing.NONE;
    keepAlive = fields.keepsAlive(line.version());
    Authority authority = authority(line);
    RequestTarget target = line.target();
    RequestHead head =
        new RequestHead(
            line.version(),
            line.method(),
            authority == null ? AsciiString.EMPTY_STRING : authority.text(),
            target.target(),
            authority == null ? AsciiString.EMPTY_STRING : authority.host(),
            target.path(),
            target.query(),
            fields.take(),
            length,
            framing != Framing.NONE,
            upgrade(line));
    first = null;
    emptyLineSkipped = false;
    section.reset();
    lines.reset();
    return head;
  }

  /**
   * RFC 9110 §7.8: an Upgrade may be ignored, and in HTTP/1.0 it must be. It is where there is
   * content, too: the other protocol would begin behind it, and of those in use none asks so.
   */
  private @Nullable AsciiString upgrade(RequestLine line) {
    boolean possible = line.version() == HttpVersion.HTTP_1_1 && framing == Framing.NONE;
    return possible ? fields.upgrade() : null;
  }

  /** RFC 9112 §3.2: a whole URI wins over Host, which must be there and be valid even so. */
  private @Nullable Authority authority(RequestLine line) {
    AsciiString host = fields.host();
    if (host == null && line.version() == HttpVersion.HTTP_1_1) {
      throw Refusal.OF_REQUEST.malformed("no Host");
    }
    Authority named = host == null ? null : Authority.parse(host);
    if (host != null && named == null) {
      throw Refusal.OF_REQUEST.malformed("not a host: " + FieldRules.show(host));
    }
    Authority asked = line.target().authority();
    return asked == null ? named : asked;
  }

  private FaultException tooLarge() {
    String detail = "more than " + maxHeadBytes + " bytes";
    return first == null
        ? new FaultException(Reason.TARGET_TOO_LONG, detail)
        : new FaultException(Reason.HEAD_TOO_LARGE, detail);
  }
}
