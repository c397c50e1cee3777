package io.postern.proxyproto;

import io.netty.buffer.ByteBuf;
import io.postern.proxyproto.MalformedHeader.Flaw;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one PROXY header that a connection begins with, however its bytes are split, and not
 * one byte more: a second header belongs to the client, whose TLS or HTTP it breaks.
 *
 * <p>The protocol wants the header in one piece; a path with a small MTU, or a load balancer that
 * is busy, need not do us that favour.
 *
 * <p>Owned by the event loop of its connection; of use once.
 */
public final class ProxyHeaderDecoder {

  /**
   * Of version 2, in bytes, where the protocol allows 65,551: what comes is kept until it is
   * complete, for whoever may connect. AWS sends 100 bytes; two UNIX paths or a client's
   * certificate in TLVs fit too.
   */
  static final int MAX_LENGTH = 4096;

  /** Of version 1, CRLF included (section 2.1). */
  private static final int MAX_LINE = 107;

  private static final byte[] LINE_START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SIGNATURE = HeaderBlock.signature();

  /** How many bytes were looked at. */
  private int seen;

  /**
   * Looks at what has come so far.
   *
   * @param in from the first byte of the connection on; the same bytes and more at each call. What
   *     is read of it is the header, once that is complete
   * @return null where more is needed
   * @throws MalformedHeader where it is no header, as soon as that shows; nothing is read then
   */
  public @Nullable ProxyHeader decode(ByteBuf in) throws MalformedHeader {
    if (!in.isReadable()) {
      return null;
    }
    return in.getByte(in.readerIndex()) == LINE_START[0] ? line(in) : block(in);
  }

  private @Nullable ProxyHeader line(ByteBuf in) throws MalformedHeader {
    if (!begins(in, LINE_START)) {
      return null;
    }
    int from = in.readerIndex();
    for (int end = Math.min(in.readableBytes(), MAX_LINE); seen < end; seen++) {
      byte at = in.getByte(from + seen);
      if (at == '\n') {
        throw new MalformedHeader(Flaw.BAD_LINE);
      }
      if (at == '\r' && seen + 1 < MAX_LINE) {
        return seen + 1 < end ? ended(in) : null;
      }
    }
    if (seen == MAX_LINE) {
      throw new MalformedHeader(Flaw.LINE_TOO_LONG);
    }
    return null;
  }

  /** A CR was seen: an LF follows, or it is no header (section 2.1). */
  private ProxyHeader ended(ByteBuf in) throws MalformedHeader {
    int from = in.readerIndex();
    if (in.getByte(from + seen + 1) != '\n') {
      throw new MalformedHeader(Flaw.BAD_LINE);
    }
    ProxyHeader header = HeaderLine.parse(in.toString(from, seen, StandardCharsets.US_ASCII));
    in.skipBytes(seen + 2);
    return header;
  }

  private @Nullable ProxyHeader block(ByteBuf in) throws MalformedHeader {
    if (!begins(in, SIGNATURE) || in.readableBytes() < HeaderBlock.ADDRESSES_AT) {
      return null;
    }
    int length = HeaderBlock.length(in);
    if (length > MAX_LENGTH) {
      throw new MalformedHeader(Flaw.TOO_LONG);
    }
    if (in.readableBytes() < length) {
      return null;
    }
    ProxyHeader header = HeaderBlock.parse(in, length);
    in.skipBytes(length);
    return header;
  }

  /** Whether all of the start is there; throws at the first byte that differs. */
  private boolean begins(ByteBuf in, byte[] start) throws MalformedHeader {
    for (; seen < start.length; seen++) {
      if (seen == in.readableBytes()) {
        return false;
      }
      if (in.getByte(in.readerIndex() + seen) != start[seen]) {
        throw new MalformedHeader(Flaw.MISSING);
      }
    }
    return true;
  }
}
