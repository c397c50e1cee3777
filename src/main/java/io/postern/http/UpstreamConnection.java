package io.postern.http;

/** A connection to a server as its pool sees it. Owned by one event loop. */
public interface UpstreamConnection {

  /** What the pool is told. */
  interface Owner {

    /** The exchange is over and the connection may serve another. */
    void onIdle(UpstreamConnection connection);

    /** The connection is closed, or closing: it serves no other exchange. */
    void onClosed(UpstreamConnection connection);
  }

  /**
   * Opens a stream for an exchange.
   *
   * @return the stream, which tells the listener of all that comes
   */
  UpstreamStream open(UpstreamStream.Listener listener);

  /** Whether an exchange was served on it before: the server may be closing it at this moment. */
  boolean isReused();

  /** Whether it can serve an exchange now. */
  boolean isOpen();

  /** Closes it. */
  void close();
}
