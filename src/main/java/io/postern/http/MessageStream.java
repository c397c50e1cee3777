package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.postern.fault.Fault;

/**
 * One side of an exchange on the wire: a request-response pair of a connection, whichever version
 * it speaks. What is written goes out at the end of the event loop's pass, together with all else
 * that was written to the connection by then.
 *
 * <p>Owned by the event loop of its connection. After the stream has ended in both directions, or
 * was reset, every call does nothing (and releases what it was given).
 */
public sealed interface MessageStream permits DownstreamStream, UpstreamStream {

  /** What is told about the stream and the message that it brings. */
  sealed interface Listener extends ContentListener
      permits DownstreamStream.Listener, UpstreamStream.Listener {

    /** {@link #isWritable} turned true. */
    void onWritable();

    /** The stream is over before its time; no more content will come. */
    void onFailed(Fault fault);
  }

  /**
   * Writes a piece of content.
   *
   * @param content taken over
   * @param last whether the message ends here
   */
  void writeContent(ByteBuf content, boolean last);

  /** Writes the trailer section and ends the message. */
  void writeTrailers(Fields trailers);

  /**
   * Whether content may be written without piling up in memory. When it turns true again, the
   * listener of the stream is told.
   */
  boolean isWritable();

  /**
   * How many bytes were written to the connection and not yet taken by its socket: while this
   * falls, a slow reader is reading.
   */
  long queuedBytes();

  /** Stops the arrival of content; what was already read may still come. */
  void pauseReading();

  /** Lets content come again. */
  void resumeReading();
}
